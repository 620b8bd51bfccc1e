"""The learners: encoders, recipes, training."""

if __name__ != "autonomy.agents":
    raise ImportError("the learners are imported as autonomy.agents, not as agents")
