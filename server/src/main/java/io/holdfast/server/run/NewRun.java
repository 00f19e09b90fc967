package io.holdfast.server.run;

/// A run that is wanted.
///
/// @param attemptsMax how often it is tried in all while the failures can pass by themselves
public record NewRun(RunRequest request, String source, Origin origin, int attemptsMax) {
  private static final int ATTEMPTS_MAX = 100;

  public NewRun {
    if (attemptsMax < 1 || attemptsMax > ATTEMPTS_MAX) {
      throw new IllegalArgumentException("attempts must be 1 to 100, are " + attemptsMax);
    }
  }

  /// What no two runs may work on at once.
  public String resource() {
    return source + "/" + request.lane();
  }
}
