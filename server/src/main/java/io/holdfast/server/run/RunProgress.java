package io.holdfast.server.run;

/// How far a run is.
///
/// @param phase what it does now, or empty before it says
/// @param doneBytes of this phase
/// @param expectedBytes of this phase, or 0 where nobody knows
public record RunProgress(String phase, long doneBytes, long expectedBytes) {
  public static final RunProgress NONE = new RunProgress("", 0, 0);
}
