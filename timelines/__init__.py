"""The command `timelines`: the thinnest module, the only importer of everything."""
