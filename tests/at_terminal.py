"""Runs a command at a terminal of its own, and answers its questions: `at_terminal.py ANSWER... -- COMMAND...`.

Answers are given once the terminal hides them. Prints what it showed, and ends with the command's exit code.
"""

import os
import pty
import sys
import termios

answers, command = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown = b""
while True:
    try:
        piece = os.read(terminal, 1024)
    except OSError:  # Linux: the command has ended.
        piece = b""
    if not piece:
        break
    shown += piece
    if shown.endswith(b": ") and answers:
        # It asks first, and hides what is typed a moment later.
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            os.sched_yield()
        os.write(terminal, answers.pop(0).encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
