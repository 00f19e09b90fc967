package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Real steps, of which one kind fails. The empty kind means all of them.
final class FailingSteps implements FileSteps {
  private final String kind;
  private final IOException failure;
  private int passing;
  private boolean doesFirst;

  FailingSteps(String kind, IOException failure) {
    this.kind = kind;
    this.failure = failure;
  }

  /// Lets so many more steps of that kind pass.
  void passing(int steps) {
    passing = steps;
  }

  /// The step is done and then reported as failed.
  void failAfterDoing() {
    doesFirst = true;
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    step("mkdir", () -> FileSteps.REAL.createDirectory(directory));
  }

  @Override
  public NewFile createFile(Path file) throws IOException {
    step("create", () -> {});
    NewFile real = FileSteps.REAL.createFile(file);
    return new NewFile() {
      @Override
      public void write(ByteBuffer slice) throws IOException {
        step("write", () -> real.write(slice));
      }

      @Override
      public void sync() throws IOException {
        step("sync", real::sync);
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    step("link", () -> FileSteps.REAL.link(existing, name));
  }

  @Override
  public void delete(Path name) throws IOException {
    step("delete", () -> FileSteps.REAL.delete(name));
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step("sync directory", () -> FileSteps.REAL.syncDirectory(directory));
  }

  private void step(String name, Step step) throws IOException {
    boolean fails = (kind.isEmpty() || kind.equals(name)) && passing-- <= 0;
    if (!fails || doesFirst) {
      step.run();
    }
    if (fails) {
      throw failure;
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
