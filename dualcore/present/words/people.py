"""Sentences of the sign-in, of people and their roles, and of who may see a project."""

WORDS: dict[str, tuple[str, str]] = {
    "nav.people": ("利用者", "People"),
    "nav.members": ("公開範囲", "Access"),
    # why nobody comes in
    "error.sign_in_unknown": (
        "サインイン元から、あなたを識別する情報(発行者と識別子)が届きませんでした。管理者に連絡してください。",
        "The sign-in did not say who you are (issuer and subject). Tell an administrator.",
    ),
    "error.sign_in_expired": (
        "サインインの有効期限が切れました。もう一度サインインすると、この画面の続きから使えます。実行中の評価は止まっていません。",
        "Your sign-in has ended. Sign in again to go on where you were; evaluations that are running go on.",
    ),
    "error.person_blocked": (
        "管理者が、あなたの利用を停止しています。心当たりがない場合は、管理者に連絡してください。",
        "An administrator has blocked your access. If this surprises you, ask an administrator.",
    ),
    "error.person_no_role": (
        "あなたには、まだ権限が割り当てられていません。下の識別子を添えて、管理者に依頼してください。",
        "You have no role here yet. Ask an administrator for one and name the id below.",
    ),
    "error.no_person": (
        "このメールアドレスまたは識別子の利用者は見つかりません。一度サインインしてもらってから、もう一度追加してください(メールアドレスは、サインイン元で確認済みのものだけが使えます)。",
        "Nobody with this e-mail address or id has signed in yet. Ask the person to sign in once, then try again; only addresses that the sign-in has verified count.",
    ),
    "error.member_ambiguous": (
        "同じメールアドレスの利用者が複数います。管理者に識別子を確かめ、識別子で指定してください。",
        "Several people have this e-mail address. Ask an administrator for the id and enter that.",
    ),
    "error.member_owner": (
        "この人は案件の担当者です。すでに、すべての操作ができます。",
        "This person owns the project and may do everything already.",
    ),
    "error.role_unknown": ("選ばれた権限は使えません。一覧から選び直してください。", "There is no such role. Choose one from the list."),
    "error.last_admin": (
        "ほかに管理者がいないため、自分の管理者権限は外せません。先に、別の人を管理者にしてください。",
        "You are the only administrator. Make somebody else one before you give up the role.",
    ),
    "sign_in.title.signed_out": ("サインインしてください", "Please sign in"),
    "sign_in.text.signed_out": (
        "dualcore は、深層学習に投資する前に、その価値があるかを確かめる社内サービスです。会社のアカウントでサインインすると、見ることのできる案件が表示されます。",
        "dualcore tells whether deep learning is worth its money before it is spent. Sign in with your company account to see the projects you may see.",
    ),
    "sign_in.title.sign_in_expired": ("サインインの有効期限が切れました", "Your sign-in has ended"),
    "sign_in.title.sign_in_unknown": ("サインインを完了できませんでした", "The sign-in could not be completed"),
    "sign_in.title.person_blocked": ("利用が停止されています", "Your access is blocked"),
    "sign_in.title.person_no_role": ("権限がまだありません", "You have no role yet"),
    "sign_in.title.network": ("サインインの設定が必要です", "Sign-in has to be set up first"),
    "sign_in.text.network": (
        "このサーバーには、ほかのコンピューターからも接続できますが、サインインが設定されていません。誰でもすべての案件を操作できてしまうため、画面を表示しません。",
        "Other computers can reach this server, and no sign-in is set up. Everybody could do everything in every project, so no page is shown.",
    ),
    "sign_in.ways": (
        "サーバーの管理者は、次のいずれかを行ってください。\n\n"
        "1. **サインインを設定する(推奨)。** 秘密情報のファイル `.streamlit/secrets.toml` に `[auth]` を書きます。手順は `docs/sign-in.md` にあります。\n"
        "2. **このコンピューターだけで使う。** `STREAMLIT_SERVER_ADDRESS=localhost` で起動し、`http://localhost` で開きます。\n"
        "3. **ネットワーク上の全員を信頼する。** `DUALCORE_TRUST_NETWORK=true` を設定します。接続できる人は、全員が管理者として扱われます。",
        "Whoever runs the server does one of these:\n\n"
        "1. **Set up the sign-in (recommended).** Write `[auth]` into the secrets file `.streamlit/secrets.toml`; `docs/sign-in.md` says how.\n"
        "2. **Use it on this computer only.** Start with `STREAMLIT_SERVER_ADDRESS=localhost` and open `http://localhost`.\n"
        "3. **Trust everybody on the network.** Set `DUALCORE_TRUST_NETWORK=true`; whoever can connect is an administrator.",
    ),
    "sign_in.title.incomplete": ("サインインの設定が完了していません", "The sign-in is not set up completely"),
    "sign_in.text.incomplete": (
        "サインインの設定に、次の不備があります。サーバーの管理者が直すまで、画面を表示しません。手順は `docs/sign-in.md` にあります。",
        "The sign-in settings have the faults below. No page is shown until whoever runs the server has mended them; `docs/sign-in.md` says how.",
    ),
    "sign_in.fault.unreadable": (
        "秘密情報のファイルが見つからないか、TOML として読めません。",
        "The secrets file is missing or is not valid TOML.",
    ),
    "sign_in.fault.no_provider": (
        "サインイン元がありません。`[auth]` に `client_id`、`client_secret`、`server_metadata_url` を書いてください。",
        "There is no provider. Write `client_id`, `client_secret` and `server_metadata_url` into `[auth]`.",
    ),
    "sign_in.fault.missing": ("`{setting}` がありません。", "`{setting}` is missing."),
    "sign_in.fault.cookie_secret": (
        "`auth.cookie_secret` は、無作為に作った 32 文字以上の文字列にしてください(例: `openssl rand -hex 32`)。",
        "`auth.cookie_secret` has to be 32 random characters or more (for example from `openssl rand -hex 32`).",
    ),
    "sign_in.fault.redirect_uri": (
        "`auth.redirect_uri` は、利用者が開くアドレスに `/oauth2callback` を付けたものにしてください。",
        "`auth.redirect_uri` has to be the address that people open, followed by `/oauth2callback`.",
    ),
    "sign_in.fault.https": (
        "`{setting}` は https で始めてください。http は、同じコンピューター内でだけ使えます。",
        "`{setting}` has to start with https; http is accepted on the same computer only.",
    ),
    "sign_in.button": ("サインイン", "Sign in"),
    "sign_in.button_named": ("{provider} でサインイン", "Sign in with {provider}"),
    "sign_in.button_other": ("別のアカウントでサインイン", "Sign in with another account"),
    "sign_in.your_id": ("あなたの識別子", "Your id"),
    "sign_in.as": ("サインイン中", "Signed in as"),
    "sign_in.out": ("サインアウト", "Sign out"),
    "sign_in.trusted": (
        "サインインなしで公開しています。このサーバーに接続できる人は、全員が管理者として操作できます。",
        "Open without sign-in: everybody who can reach this server acts as an administrator.",
    ),
    # people
    "people.title": ("利用者 {n} 人", "{n} people"),
    "people.title_none": ("サインインした利用者は、まだいません", "Nobody has signed in yet"),
    "people.lead": (
        "一度でもサインインした人の一覧です。ここで決めた権限は、サインイン元が示す権限より優先し、次の操作からすぐに効きます。案件ごとに誰が見られるかは、各案件の「公開範囲」で決めます。",
        "Everybody who has signed in at least once. A role given here goes before what the sign-in says and takes effect at once. Who may see which project is set on the project's page “Access”.",
    ),
    "people.without": (
        "この環境はサインインなしで使っています。利用者は一人で、すべての操作ができます。複数の人で使うには、サインインを設定してください(`docs/sign-in.md`)。",
        "This installation is used without sign-in: one person who may do everything. Set up the sign-in to share it (`docs/sign-in.md`).",
    ),
    "people.name": ("氏名", "Name"),
    "people.email": ("メールアドレス(確認済み)", "E-mail, verified"),
    "people.role": ("権限", "Role"),
    "people.source": ("決め方", "Set by"),
    "people.seen": ("最後の利用", "Last seen"),
    "people.id": ("識別子", "Id"),
    "people.source.setting": ("サーバーの設定", "server setting"),
    "people.source.table": ("この画面", "this page"),
    "people.source.claim": ("サインイン元", "sign-in"),
    "people.source.default": ("既定", "default"),
    "people.source.blocked": ("この画面", "this page"),
    "people.role.sign_in": ("サインイン時に決まります", "decided at sign-in"),
    "people.role.blocked": ("利用停止", "blocked"),
    "people.search": ("氏名・メールアドレスで絞り込む", "Filter by name or e-mail"),
    "people.nothing": ("該当する利用者はいません。", "Nobody matches."),
    "people.change": ("権限を変える", "Change a role"),
    "people.who": ("利用者", "Person"),
    "people.new_role": ("新しい権限", "New role"),
    "people.as_sign_in": ("サインイン元に従う", "what the sign-in says"),
    "people.save": ("保存", "Save"),
    "people.saved": ("「{name}」の権限を「{role}」にしました。", "{name} now has the role: {role}."),
    "people.roles": ("権限でできること", "What the roles may do"),
    "people.roles_text": (
        "- **閲覧者**: 共有された案件を読む\n"
        "- **分析担当**: 案件を作り、データを登録し、評価を実行する\n"
        "- **決裁者**: 段階ごとの判断を記録し、評価基準を変える\n"
        "- **管理者**: すべての案件と利用者を管理し、評価基準を固定する\n"
        "- **利用停止**: 何も見られない\n\n"
        "上の権限は、下の権限にできることをすべて含みます。",
        "- **viewer**: reads the projects that are shared\n"
        "- **analyst**: makes projects, uploads data, runs evaluations\n"
        "- **decider**: records decisions at gates, changes the protocol\n"
        "- **administrator**: manages all projects and people, locks the protocol\n"
        "- **blocked**: sees nothing\n\n"
        "Each role includes what the roles before it may do.",
    ),
    # members of a project
    "members.title": ("この案件は {n} 人に公開しています", "{n} people may see this project"),
    "members.title_owner": ("この案件を見られるのは、担当者だけです", "Only the owner may see this project"),
    "members.title_everybody": ("この案件は、サインインした全員に公開しています", "Everybody who signs in may see this project"),
    "members.lead": (
        "案件の担当者と管理者が、ほかの人に公開できます。案件での権限は、その人自身の権限を超えません(閲覧者を決裁者として加えても、判断は記録できません)。",
        "The owner and administrators may open the project to others. Nobody gets more in a project than the own role allows: a viewer who is added as a decider still cannot decide.",
    ),
    "members.owner": ("担当者", "owner"),
    "members.everybody": ("サインインした全員", "everybody who signs in"),
    "members.local": ("このサーバーの利用者", "user of this server"),
    "members.remove": ("外す", "Remove"),
    "members.remove_label": ("{name} を外す", "Remove {name}"),
    "members.add": ("公開する相手を追加", "Open it to somebody"),
    "members.whom": ("公開先", "To whom"),
    "members.whom.person": ("一人", "one person"),
    "members.whom.everybody": ("サインインした全員", "everybody who signs in"),
    "members.person": ("メールアドレスまたは識別子", "E-mail address or id"),
    "members.person_help": (
        "一度サインインした人だけを追加できます。メールアドレスは、サインイン元が確認済みとしたものに限ります。",
        "Only people who have signed in once can be added, by the address that the sign-in has verified.",
    ),
    "members.role": ("この案件での権限", "Role in this project"),
    "members.send": ("公開する", "Give access"),
    "members.added": ("「{name}」に公開しました(権限: {role})。", "{name} may see it now (role: {role})."),
    "members.removed": ("「{name}」を外しました。", "{name} was removed."),
    "members.not_manager": (
        "公開範囲を変えられるのは、案件の担当者と管理者です。",
        "Only the owner of the project and administrators may change this.",
    ),
}
