"""Who owns a request: a Cognito subject, a browser's secret, or a server client's API key."""
