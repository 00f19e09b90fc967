package io.holdfast.server.run;

/// A run that this node holds.
///
/// @param token outbids every earlier holder's: whoever lost the run cannot end it any more
public record Claim(Run run, long token) {}
