"""Stand-ins for services, as real HTTP servers, so that the real SDKs run against them."""
