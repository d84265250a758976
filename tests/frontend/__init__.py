"""The page assets alone, without the application: real Chromium, real policy, answers made up here."""
