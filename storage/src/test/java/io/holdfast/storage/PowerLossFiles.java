package io.holdfast.storage;

import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Steps on a real directory, plus a model of what a disk may hold after a loss of power: what was
/// synced, and any choice among what was not. File contents and names are kept or lost each on
/// their own, as file systems are free to do.
///
/// It can crash before or after a step, and it can forget syncs on purpose, to show that tests
/// notice.
final class PowerLossFiles implements FileSteps {
  private final Path root;
  private final List<Change> changes = new ArrayList<>();
  private final Map<Path, Inode> names = new HashMap<>();
  private final List<String> recorded = new ArrayList<>();
  private Predicate<String> forgotten = _ -> false;
  private int crashStep = Integer.MAX_VALUE;
  private boolean crashAfter;
  private boolean crashed;

  PowerLossFiles(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /// Syncs whose record satisfies this are not done.
  PowerLossFiles forgetting(Predicate<String> syncs) {
    forgotten = syncs;
    return this;
  }

  /// The step, counted from 1, before which the process ends.
  PowerLossFiles crashingBefore(int step) {
    crashStep = step;
    crashAfter = false;
    return this;
  }

  /// The step, counted from 1, after which the process ends.
  PowerLossFiles crashingAfter(int step) {
    crashStep = step;
    crashAfter = true;
    return this;
  }

  /// What was done so far, one line for each step.
  List<String> recorded() {
    return List.copyOf(recorded);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    begin("mkdir " + relative(directory));
    FileSteps.REAL.createDirectory(directory);
    addChange(new NameAdded(directory, Inode.DIRECTORY));
    end();
  }

  @Override
  public NewFile createFile(Path file) throws IOException {
    begin("create " + relative(file));
    NewFile real = FileSteps.REAL.createFile(file);
    Inode inode = new Inode();
    names.put(file, inode);
    addChange(new NameAdded(file, inode));
    end();
    return new VolatileFile(real, inode);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    begin("link " + relative(name));
    FileSteps.REAL.link(existing, name);
    Inode inode = names.getOrDefault(existing, Inode.DIRECTORY);
    names.put(name, inode);
    addChange(new NameAdded(name, inode));
    end();
  }

  @Override
  public void delete(Path name) throws IOException {
    begin("delete " + relative(name));
    FileSteps.REAL.delete(name);
    addChange(new NameRemoved(name));
    end();
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    String record = "sync directory " + relative(directory);
    begin(record);
    FileSteps.REAL.syncDirectory(directory);
    if (!forgotten.test(record)) {
      changes.stream().filter(change -> change.isIn(directory)).forEach(Change::makeDurable);
    }
    end();
  }

  /// Names in `~tmp` are never read, so only one choice is tried for them: they are kept.
  private void addChange(Change change) {
    changes.add(change);
    if (relative(change.name).startsWith("~tmp")) {
      change.makeDurable();
    }
  }

  /// How many changes a loss of power now could keep or lose.
  int undecided() {
    return (int) changes.stream().filter(change -> !change.isDurable()).count()
        + (int) inodes().stream().filter(inode -> !inode.isDurable()).count();
  }

  /// Builds in `image` what the disk holds after a loss of power; bit i of `kept` says whether the
  /// i-th undecided change reached it.
  void materialise(Path image, long kept) throws IOException {
    int bit = 0;
    Map<Inode, byte[]> contents = new HashMap<>();
    for (Inode inode : inodes()) {
      boolean keep = inode.isDurable() || (kept >>> bit++ & 1) == 1;
      contents.put(inode, keep ? inode.written() : inode.durable());
    }
    SequencedMap<Path, Inode> entries = new TreeMap<>();
    for (Change change : changes) {
      if (change.isDurable() || (kept >>> bit++ & 1) == 1) {
        change.applyTo(entries);
      }
    }
    for (var entry : entries.entrySet()) {
      Path copy = image.resolve(root.relativize(entry.getKey()));
      if (!Files.isDirectory(LocalDirectories.parentOf(copy))) {
        continue; // its directory was lost
      }
      if (entry.getValue() == Inode.DIRECTORY) {
        Files.createDirectory(copy);
      } else {
        Files.write(copy, contents.get(entry.getValue()));
      }
    }
  }

  private List<Inode> inodes() {
    return changes.stream()
        .map(change -> change instanceof NameAdded added ? added.inode : Inode.DIRECTORY)
        .filter(inode -> inode != Inode.DIRECTORY)
        .distinct()
        .toList();
  }

  private void begin(String record) {
    if (crashed) {
      throw new SimulatedCrash("step after the crash: " + record);
    }
    recorded.add(record);
    if (recorded.size() == crashStep && !crashAfter) {
      crashed = true;
      throw new SimulatedCrash("before " + record);
    }
  }

  private void end() {
    if (recorded.size() == crashStep) {
      crashed = true;
      throw new SimulatedCrash("after " + recorded.getLast());
    }
  }

  private String relative(Path path) {
    String name = root.relativize(path).toString();
    return name.startsWith("~tmp/") ? "~tmp/*" : name.isEmpty() ? "." : name;
  }

  /// Bytes of a file: those that are safe and those that were written.
  private static final class Inode {
    static final Inode DIRECTORY = new Inode();

    private byte[] written = {};
    private byte[] durable = {};

    boolean isDurable() {
      return written.length == durable.length;
    }

    byte[] written() {
      return written;
    }

    byte[] durable() {
      return durable;
    }
  }

  private abstract static class Change {
    final Path name;
    private boolean durable;

    Change(Path name) {
      this.name = name;
    }

    boolean isIn(Path directory) {
      return directory.equals(name.getParent());
    }

    boolean isDurable() {
      return durable;
    }

    void makeDurable() {
      durable = true;
    }

    abstract void applyTo(Map<Path, Inode> entries);
  }

  private static final class NameAdded extends Change {
    final Inode inode;

    NameAdded(Path name, Inode inode) {
      super(name);
      this.inode = inode;
    }

    @Override
    void applyTo(Map<Path, Inode> entries) {
      entries.put(name, inode);
    }
  }

  private static final class NameRemoved extends Change {
    NameRemoved(Path name) {
      super(name);
    }

    @Override
    void applyTo(Map<Path, Inode> entries) {
      entries.remove(name);
    }
  }

  private final class VolatileFile implements NewFile {
    private final NewFile real;
    private final Inode inode;

    VolatileFile(NewFile real, Inode inode) {
      this.real = real;
      this.inode = inode;
    }

    @Override
    public void write(ByteBuffer slice) throws IOException {
      begin("write " + slice.remaining());
      byte[] bytes = new byte[inode.written.length + slice.remaining()];
      System.arraycopy(inode.written, 0, bytes, 0, inode.written.length);
      slice.duplicate().get(bytes, inode.written.length, slice.remaining());
      real.write(slice);
      inode.written = bytes;
      end();
    }

    @Override
    public void sync() throws IOException {
      begin("sync file");
      real.sync();
      if (!forgotten.test("sync file")) {
        inode.durable = inode.written;
      }
      end();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
