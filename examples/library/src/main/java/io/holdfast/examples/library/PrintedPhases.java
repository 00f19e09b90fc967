package io.holdfast.examples.library;

import io.holdfast.base.Progress;
import java.io.PrintStream;

/// Prints what operations begin and say; a web page could show the same.
record PrintedPhases(PrintStream out) implements Progress {
  @Override
  public void phase(String name, long unitsExpected) {
    out.println("  " + name);
  }

  @Override
  public void advance(long units) {}

  @Override
  public void note(String message) {
    out.println("  note: " + message);
  }
}
