package io.holdfast.storage.testing;

/// The process ends here. An `Error`, so that no code that handles failures survives it.
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  public SimulatedCrash(String message) {
    super(message);
  }
}
