package io.holdfast.files.walk;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/// Sorts the names of one directory by their bytes. What exceeds a budget goes to temporary files
/// in sorted runs, so a directory with millions of entries takes no more memory than a small one.
/// *Confined.*
final class SortedNames implements AutoCloseable {
  /// Bytes of names held in memory, with what the heap adds to each.
  static final int BUDGET_BYTES = 8 << 20;

  private static final int OVERHEAD_BYTES = 24;
  private static final int RUN_BUFFER_BYTES = 16 << 10;
  private static final Comparator<byte[]> ORDER = Arrays::compareUnsigned;

  private final int budgetBytes;
  private List<byte[]> names = new ArrayList<>();
  private long heldBytes;
  private final List<Run> runs = new ArrayList<>();
  private final PriorityQueue<Run> heads =
      new PriorityQueue<>((a, b) -> ORDER.compare(a.head, b.head));
  private int next;

  SortedNames() {
    this(BUDGET_BYTES);
  }

  SortedNames(int budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  /// A sorted file of names.
  private static final class Run {
    private final Path file;
    private final DataInputStream in;
    private byte[] head = {};

    private Run(Path file) throws IOException {
      this.file = file;
      this.in =
          new DataInputStream(
              new BufferedInputStream(
                  Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE),
                  RUN_BUFFER_BYTES));
    }

    private boolean advance() throws IOException {
      try {
        head = new byte[in.readUnsignedShort()];
        in.readFully(head);
        return true;
      } catch (EOFException _) {
        // The end of the run, as expected.
        return false;
      }
    }
  }

  void add(byte[] name) throws IOException {
    names.add(name);
    heldBytes += name.length + OVERHEAD_BYTES;
    if (heldBytes > budgetBytes) {
      spill();
    }
  }

  /// All names were added.
  void sort() throws IOException {
    if (!runs.isEmpty()) {
      spill();
      for (Run run : runs) {
        if (run.advance()) {
          heads.add(run);
        }
      }
      return;
    }
    names.sort(ORDER);
  }

  /// The next name in order.
  Optional<byte[]> poll() throws IOException {
    if (runs.isEmpty()) {
      return next < names.size() ? Optional.of(names.get(next++)) : Optional.empty();
    }
    Run run = heads.poll();
    if (run == null) {
      return Optional.empty();
    }
    byte[] name = run.head;
    if (run.advance()) {
      heads.add(run);
    }
    return Optional.of(name);
  }

  private void spill() throws IOException {
    names.sort(ORDER);
    Path file = Files.createTempFile("holdfast-names-", ".tmp");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (byte[] name : names) {
        out.writeShort(name.length);
        out.write(name);
      }
    }
    runs.add(new Run(file));
    names = new ArrayList<>();
    heldBytes = 0;
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (Run run : runs) {
      try {
        run.in.close();
        Files.deleteIfExists(run.file);
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
