"""A package, so that its world stands as long as its own tests run and no longer (pytest’s scope “package”)."""
