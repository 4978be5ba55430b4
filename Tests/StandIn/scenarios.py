ALL = {}


def scenario(limit=60, slow=False, **rig):
    def deco(fn):
        ALL[fn.__name__] = {"fn": fn, "limit": limit, "slow": slow, "rig": rig, "doc": (fn.__doc__ or "").strip().split("\n")[0]}
        return fn
    return deco
