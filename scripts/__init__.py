"""The command lines; each is also a sub-command of the program `autonomy`."""

if __name__ != "autonomy.scripts":
    raise ImportError("the command lines are imported as autonomy.scripts, not as scripts")
