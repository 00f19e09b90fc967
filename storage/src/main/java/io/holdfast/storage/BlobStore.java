package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/// A place for blobs. Blobs are written once and never changed. All methods may be called from
/// several threads.
///
/// Visibility: what a `putIfAbsent` that returned has stored is seen by every later `get`, `stat`
/// and `list`, by any process (a store that cannot promise it says so in [#capabilities]). A blob
/// is never seen in part.
///
/// A key must not be the directory of another one (`a` beside `a/b`): file systems refuse it.
public interface BlobStore extends AutoCloseable {
  /// The largest blob that is taken: 256 MiB.
  int BLOB_BYTES_MAX = 256 << 20;

  /// Stores the remaining bytes of `data` under `key` if nothing is there yet; never overwrites.
  /// When it returns `STORED` the bytes are durable: they survive a loss of power. The buffer
  /// belongs to the caller again afterwards; its position is undefined.
  ///
  /// `ALREADY_PRESENT` means that another put, perhaps an earlier one of this caller, has stored a
  /// whole and durable blob there. A store that had to resolve a lost answer by reading back says
  /// `STORED` when it finds the same bytes.
  ///
  /// @throws WriteOutcomeUnknownException if nobody can say whether the write took effect; read
  ///   back, delete nothing
  /// @throws IOException if nothing was stored
  PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException;

  /// The whole blob, in an array that belongs to the caller.
  ///
  /// @throws NoSuchBlobException if there is none
  /// @throws IOException if it is larger than `bytesMax`, before anything is allocated for it
  byte[] get(BlobKey key, int bytesMax) throws IOException;

  /// Exactly `length` bytes from `offset`.
  ///
  /// @throws NoSuchBlobException if there is none
  /// @throws TruncatedBlobException if the blob ends before `offset + length`
  byte[] getRange(BlobKey key, long offset, int length) throws IOException;

  /// The caller needs an array no longer that [#get] or [#getRange] of this store gave, and nobody
  /// else has it: the store may use it for another answer. Nobody has to.
  default void giveBack(byte[] array) {}

  /// The size of the blob, empty if there is none.
  Optional<BlobStat> stat(BlobKey key) throws IOException;

  /// Hands every blob whose key starts with `prefix` to `each`, in ascending order of the key's
  /// characters. `prefix` is empty or ends in `/`. Blobs put or deleted meanwhile may or may not
  /// show. An `IOException` thrown half-way means that the listing is incomplete.
  void list(String prefix, Consumer<BlobStat> each) throws IOException;

  /// Hands the names directly below `prefix` to `each`, of blobs and of folders of blobs alike, in
  /// no order, without looking at any of them: much cheaper than [#list] where there are many. A
  /// name may come more than once; what it stands for may be a folder without blobs or turn out not
  /// to be there. `prefix` is empty or ends in `/`.
  default void names(String prefix, Consumer<String> each) throws IOException {
    ListedNames.hand(this, prefix, each);
  }

  /// Removes a blob; removing what is not there is no error. When it returns, the removal is
  /// durable.
  void delete(BlobKey key) throws IOException;

  /// Whether what is deleted is gone, as far as the store itself says. Puts a blob and deletes it,
  /// where that is the way to find out.
  ///
  /// @param probe a key under which nothing is
  /// @throws BlobLockedException if the store does not delete now
  default AfterDelete afterDelete(BlobKey probe) throws IOException {
    return AfterDelete.UNKNOWN;
  }

  /// What this store really enforces, as probed.
  StoreCapabilities capabilities() throws IOException;

  /// The place in words, without secrets, for messages.
  String describe();

  @Override
  void close() throws IOException;

  /// The answer of [#putIfAbsent].
  enum PutResult {
    STORED,
    ALREADY_PRESENT
  }

  /// What becomes of a blob that is deleted.
  enum AfterDelete {
    /// The store says that it is gone for good.
    GONE,
    /// The store keeps it, as an earlier version or for a time.
    KEPT,
    /// It does not say.
    UNKNOWN
  }

  /// A name and a size.
  record BlobStat(BlobKey key, long bytes) {}
}
