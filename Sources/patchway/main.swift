print("patchway")
