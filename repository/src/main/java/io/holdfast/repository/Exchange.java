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
            source.store(), source.domains(), () -> source.loader().load(IndexLoader.Use.READ)));
  }

  /// Brings the versions of keys along that the target lacks, if both share a key space: what is
  /// sealed under them can be taken as it is from then on. A repository that is open writes with
  /// them when it is opened anew, see [Repository#reopened].
  ///
  /// @return how many; 0 where the key spaces differ
  public static int bringKeys(Repository source, Repository target) throws IOException {
    return KeySpace.isShared(source, target) ? KeySpace.bring(source, target) : 0;
  }

  /// How chunks of the main domain get over.
  public Way way() {
    return KeySpace.isShared(source, target) ? Way.FRAMES : Way.CONTENT;
  }

  /// How chunks of a domain get over. Where both made the domain by themselves, its chunks have
  /// other ids, though the key space is the same.
  public Way way(String domain) throws IOException {
    return KeySpace.isShared(source, target, domain) ? Way.FRAMES : Way.CONTENT;
  }

  /// Reads the chunks of a backup in the source; everything is authenticated.
  public ChunkReader reader(SnapshotRecord backup) throws IOException {
    return reader.in(backup.domain());
  }

  /// Moves frames into a session of the target, from the domain of the same name.
  ///
  /// @throws IllegalStateException if the ids of that domain are not the same in both
  public FrameTransfer frames(BackupSession session) throws IOException {
    if (!(session instanceof PackedSession packed)
        || way(packed.sessionChunks().domain().name()) != Way.FRAMES) {
      throw new IllegalStateException("frames are moved within one key space only");
    }
    Domain from = source.domains().require(packed.sessionChunks().domain().name());
    return new FrameTransfer(source, from, reader, packed.sessionChunks());
  }
}
