package io.holdfast.base.concurrent;

/// What runs when a signal ends the process.
public final class Shutdown {
  private Shutdown() {}

  /// Registers work for the virtual machine's shutdown; it runs on a thread of its own.
  public static void onShutdown(Runnable work) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(work));
  }
}
