package io.holdfast.repository;

import java.io.IOException;

/// What two repositories can give each other. Made for one copy from `source` to `target`; both
/// stay the caller's.
public final class Exchange {
  private final Repository source;
  private final Repository target;
  private final IndexedReader reader;

  private Exchange(Repository source, Repository target, IndexedReader reader) {
    this.source = source;
    this.target = target;
    this.reader = reader;
  }

  /// How chunks get from one to the other.
  public enum Way {
    /// The same key space: a chunk has the same id in both, and its frame is taken as it is.
    FRAMES,
    /// Other keys: everything is opened, named anew and sealed anew.
    CONTENT
  }

  /// Loads the index of the source. The key versions that the target lacks should be brought
  /// before, see [#bringKeys].
  public static Exchange between(Repository source, Repository target) throws IOException {
    return new Exchange(
        source,
        target,
        new IndexedReader(
            source.store(), source.mainDomain(), () -> source.loader().load(IndexLoader.Use.READ)));
  }

  /// Brings the versions of keys along that the target lacks, if both share a key space: what is
  /// sealed under them can be taken as it is from then on. A repository that is open writes with
  /// them when it is opened anew, see [Repository#reopened].
  ///
  /// @return how many; 0 where the key spaces differ
  public static int bringKeys(Repository source, Repository target) throws IOException {
    return KeySpace.isShared(source, target) ? KeySpace.bring(source, target) : 0;
  }

  public Way way() {
    return KeySpace.isShared(source, target) ? Way.FRAMES : Way.CONTENT;
  }

  /// Reads the source's chunks; everything is authenticated.
  public ChunkReader reader() {
    return reader;
  }

  /// Moves frames into a session of the target.
  ///
  /// @throws IllegalStateException if the repositories share no key space
  public FrameTransfer frames(BackupSession session) {
    if (way() != Way.FRAMES || !(session instanceof PackedSession packed)) {
      throw new IllegalStateException("frames are moved within one key space only");
    }
    return new FrameTransfer(source, target, reader, packed.sessionChunks());
  }
}
