"""Words of links: the address of a view, snapshots that expire, and the page that a snapshot opens."""

WORDS: dict[str, tuple[str, str]] = {
    "link.copy": ("この画面のリンク", "Link to this view"),
    "link.text": (
        "同じ画面を開くアドレスです。相手にこの案件を見る権限が必要です。",
        "Opens the same view for anyone who may see this project.",
    ),
    "error.share_gone": (
        "この共有リンクは使えません。期限が切れたか、取り消されたか、アドレスが途中で切れています。送った方に新しいリンクを依頼してください。",
        "This link does not work: it has expired, was withdrawn, or was cut off. Ask whoever sent it for a new one.",
    ),
    "error.share_days": (
        "有効期間は 1–{most} 日で指定してください(指定された値: {days})。",
        "A link may be valid for 1 to {most} days. Asked for: {days}.",
    ),
    "error.share_full": (
        "この案件には有効な共有リンクがすでに {most} 件あります。不要なものを取り消してください。",
        "This project has {most} valid links already. Withdraw those that are no longer needed.",
    ),
    # dialog on the result page
    "sharing.open": ("閲覧用リンクを作る", "Share a snapshot"),
    "sharing.title": ("期限付きの閲覧用リンク", "A link that expires"),
    "sharing.lead": (
        "いま表示している判定・数字・図・理由・金額を写し取り、サインインなしで見られるリンクを作ります。データの中身と、ほかの画面は見られません。あとで判定が変わっても、リンクの内容は変わりません。",
        "Copies the verdict, figures, pictures, reasons and money as they are now, for a link that opens without sign-in. It shows no data and no other page, and does not change when the verdict does.",
    ),
    "sharing.days": ("有効期間", "Valid for"),
    "sharing.days_text": ("{days} 日", "{days} days"),
    "sharing.make": ("リンクを作る", "Make the link"),
    "sharing.made": (
        "リンクを作りました。このアドレスは、いまだけ表示されます。",
        "The link is made. Its address is shown this once.",
    ),
    "sharing.list": ("この案件の閲覧用リンク", "Links of this project"),
    "sharing.none": ("まだありません。", "None yet."),
    "sharing.line": ("{made} {who} 作成、{until} まで", "made {made} by {who}, valid until {until}"),
    "sharing.withdraw": ("取り消す", "Withdraw"),
    "sharing.state.valid": ("有効", "valid"),
    "sharing.state.withdrawn": ("取り消し済み", "withdrawn"),
    "sharing.state.expired": ("期限切れ", "expired"),
    # the snapshot
    "nav.snapshot": ("閲覧用の写し", "Snapshot"),
    "snapshot.until": (
        "{made} 時点の写しです。{until} まで閲覧できます。",
        "A copy as of {made}. It can be read until {until}.",
    ),
    "snapshot.by": ("共有した人: {who}", "Shared by {who}"),
    "snapshot.made_of": (
        "{rows} 件のデータを {date} に評価。評価プロトコル {protocol}、dualcore {version}。",
        "{rows} rows, evaluated on {date}; protocol {protocol}, dualcore {version}.",
    ),
}
