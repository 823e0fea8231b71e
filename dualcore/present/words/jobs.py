"""Sentences about projects, stored files and background jobs."""

WORDS: dict[str, tuple[str, str]] = {
    "job.state.queued": ("順番待ち", "Waiting"),
    "job.state.running": ("実行中", "Running"),
    "job.state.done": ("完了", "Done"),
    "job.state.failed": ("失敗", "Failed"),
    "job.state.cancelled": ("中止", "Cancelled"),
    "job.step.": ("準備しています", "Getting ready"),
    "job.step.read": ("データを読み込んでいます", "Reading the data"),
    "job.step.save": ("結果を保存しています", "Saving the result"),
    "error.job_interrupted": (
        "評価が {times} 回中断されたため、打ち切りました。サーバーの再起動が続いていないか管理者に確認し、もう一度実行してください。",
        "The evaluation was interrupted {times} times and was given up. "
        "Ask the administrator whether the server keeps restarting, then start it again.",
    ),
    "error.job_killed": (
        "評価が強制終了されました。メモリ不足の可能性があります。"
        "行数や画像サイズを減らすか、メモリの多いサーバーで実行してください(記録番号 {job})。",
        "The evaluation was killed from outside, probably because memory ran out. "
        "Use fewer rows or smaller images, or a server with more memory (log {job}).",
    ),
    "error.job_signal": (
        "評価のプロセスが異常終了しました({signal})。もう一度実行しても続く場合は、記録番号 {job} を管理者に伝えてください。",
        "The evaluation's process ended abnormally ({signal}). "
        "Start it again; if it keeps happening, give the administrator log number {job}.",
    ),
    "error.job_exit": (
        "評価のプロセスが途中で終了しました(終了コード {status})。記録番号 {job} を管理者に伝えてください。",
        "The evaluation's process ended early (exit status {status}). Give the administrator log number {job}.",
    ),
    "error.job_over_memory": (
        "処理が使用メモリの上限 {limit_mb} MB を超えたため、打ち切りました(使用量 {used_mb} MB)。行数または幅を減らすか、管理者に上限の変更を依頼してください。",
        "The job was stopped because it used more memory than the limit of {limit_mb} MB ({used_mb} MB). Use fewer rows or a smaller width, or ask the administrator to raise the limit.",
    ),
    "error.too_many_jobs": (
        "実行中・待機中の処理が上限の {most} 件に達しています。終わるのを待つか、不要なものを取り消してください。",
        "You have {most} jobs queued or running, which is the limit. Wait until one has ended, or cancel one.",
    ),
    "error.job_too_long": (
        "評価が上限の {minutes} 分を超えたため、打ち切りました。行数を減らして、もう一度実行してください。",
        "The evaluation took longer than the limit of {minutes} minutes and was stopped. "
        "Use fewer rows and start it again.",
    ),
    "error.job_memory": (
        "メモリが足りず、評価を完了できませんでした。行数や画像サイズを減らすか、メモリの多いサーバーで実行してください。",
        "Memory ran out during the evaluation. Use fewer rows or smaller images, or a server with more memory.",
    ),
    "error.job_defect": (
        "dualcore の内部エラーで評価が止まりました。記録番号 {job} を管理者に伝えてください({type})。",
        "The evaluation stopped because of a defect in dualcore. Give the administrator log number {job} ({type}).",
    ),
    "error.no_project": (
        "案件が見つかりません。削除されたか、アドレスが正しくない可能性があります。",
        "There is no such project. It may have been deleted, or the address is wrong.",
    ),
    "error.no_job": ("この評価の実行記録は見つかりません。", "There is no such run."),
    "error.no_stage": (
        "この段階の結果が見つかりません。アドレスを確認してください。",
        "There is no such stage result. Check the address.",
    ),
    "error.no_evaluation": (
        "評価結果が見つかりません。アドレスを確認してください。",
        "There is no such evaluation. Check the address.",
    ),
    "error.no_dataset": (
        "案件「{project}」にはまだデータがありません。先にデータを登録してください。",
        "The project “{project}” has no data yet. Add data first.",
    ),
    "error.no_demo": ("デモデータ「{demo}」は見つかりません。", "There is no demo dataset “{demo}”."),
    "error.no_model": (
        "この評価には予測用のモデルが保存されていません。もう一度評価を実行してください。",
        "This evaluation kept no model to predict with. Run the evaluation again.",
    ),
    "error.not_your_project": (
        "この案件を見る権限がありません。案件の担当者に依頼してください。",
        "You may not see this project. Ask its owner.",
    ),
    "error.file_too_big": (
        "ファイルが上限の {limit_mb} MB を超えています。行を減らすか、分割してください。",
        "The file is larger than the limit of {limit_mb} MB. Reduce the rows or split it.",
    ),
    "error.file_gone": (
        "保存されたファイルが見つかりません。もう一度アップロードしてください。",
        "The stored file is gone. Upload it again.",
    ),
    "error.file_changed": (
        "保存されたファイルの内容が変わっています(記録番号 {sha256})。もう一度アップロードしてください。",
        "The stored file's content has changed (file {sha256}). Upload it again.",
    ),
}
