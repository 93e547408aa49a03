"""An interpreter that runs the blocks of a page one after the other, in one namespace: the reader's.

Each line of its input names a file to run; each line of its output says what became of it, as JSON. The namespace is
this module's own, so that other modules find what a block defines; all else here is local, so that no block changes it.
"""


def main() -> None:
    """Answer one line with one line until there are no more."""
    import io
    import json
    import sys
    import traceback
    from contextlib import redirect_stdout
    from pathlib import Path

    namespace, answers = vars(sys.modules["__main__"]), sys.stdout
    # files that the page has the reader write are found, as they would be at a prompt
    sys.path.insert(0, "")
    for line in sys.stdin:
        path, printed, mistake = line.rstrip("\n"), io.StringIO(), ""
        try:
            with redirect_stdout(printed):
                exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), namespace)
        except BaseException:
            mistake = traceback.format_exc()
        answers.write(json.dumps({"printed": printed.getvalue(), "mistake": mistake}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
