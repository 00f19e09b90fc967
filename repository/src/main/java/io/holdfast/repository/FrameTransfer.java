package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.repository.IndexedReader.OpenedFrame;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Takes frames of one repository into a session of another one that shares its key space. Each is
/// opened and its id computed before it is taken. Frames under the keys that the target writes with
/// are taken as they are, others, and differences to other chunks, are sealed anew. Frames that lie
/// next to each other are read at once. *Thread-safe.*
public final class FrameTransfer {
  /// What one read gets at most.
  private static final int READ_BYTES_MAX = 8 << 20;

  /// What lies between two frames is read along up to so many bytes: cheaper than another request.
  private static final int GAP_BYTES_MAX = 128 << 10;

  private final Domain from;
  private final Domain to;
  private final Repository source;
  private final IndexedReader reader;
  private final SessionChunks target;
  private final AtomicLong movedBytes = new AtomicLong();

  /// @param from where the chunks are in the source
  FrameTransfer(Repository source, Domain from, IndexedReader reader, SessionChunks session) {
    this.source = source;
    this.from = from;
    this.to = session.domain();
    this.reader = reader;
    this.target = session;
  }

  /// A chunk that the target shall have.
  public record Wanted(ChunkType type, ChunkId id) {}

  /// Bytes of all frames that were taken.
  public long movedBytes() {
    return movedBytes.get();
  }

  /// Chunks that are read best with one request each, in the order in which they are stored.
  public List<List<Wanted>> stretches(List<Wanted> chunks) {
    List<Wanted> sorted = new ArrayList<>(chunks);
    sorted.sort(Comparator.comparingLong(w -> reader.locationHint(w.type(), w.id())));
    List<List<Wanted>> stretches = new ArrayList<>();
    List<Wanted> stretch = new ArrayList<>();
    @Nullable Place first = null;
    @Nullable Place last = null;
    for (Wanted wanted : sorted) {
      Place place = reader.place(wanted.type(), wanted.id()).orElse(null);
      if (!stretch.isEmpty() && !isNext(first, last, place)) {
        stretches.add(List.copyOf(stretch));
        stretch.clear();
      }
      first = stretch.isEmpty() ? place : first;
      last = place;
      stretch.add(wanted);
    }
    if (!stretch.isEmpty()) {
      stretches.add(List.copyOf(stretch));
    }
    return stretches;
  }

  private static boolean isNext(
      @Nullable Place first, @Nullable Place last, @Nullable Place place) {
    return first != null
        && last != null
        && place != null
        && isOneRead(first, place)
        && place.offset() - (last.offset() + last.storedBytes()) <= GAP_BYTES_MAX;
  }

  private static boolean isOneRead(Place first, Place last) {
    return first.packNumber() == last.packNumber()
        && last.offset() >= first.offset()
        && last.offset() + last.storedBytes() - first.offset() <= READ_BYTES_MAX;
  }

  /// Takes the chunks of one stretch. A chunk that is there already is not read.
  ///
  /// @throws CorruptRepositoryException if one of them is missing from the source or damaged in all
  ///   of its copies; the session stays usable
  public void move(List<Wanted> stretch) throws IOException {
    List<Wanted> missing =
        stretch.stream().filter(w -> !target.contains(w.type(), w.id())).toList();
    if (missing.isEmpty()) {
      return;
    }
    Span span = missing.size() == 1 ? null : read(missing);
    for (Wanted wanted : missing) {
      // What is not right in this copy may be in another one, or has been moved meanwhile.
      Optional<OpenedFrame> opened = span == null ? Optional.empty() : span.frame(wanted);
      take(wanted, opened.isPresent() ? opened.get() : read(wanted));
    }
  }

  /// A chunk as it is taken: a frame that is complete in itself as it is, a difference as the
  /// difference to the same chunk if the target has that one, else whole.
  private void take(Wanted wanted, OpenedFrame opened) throws IOException {
    if (stored(wanted, opened) == ChunkWriter.PutOutcome.STORED) {
      movedBytes.addAndGet(opened.frame.length);
    }
  }

  private ChunkWriter.PutOutcome stored(Wanted wanted, OpenedFrame opened) throws IOException {
    byte[] plain = opened.plain;
    if (opened.prefix.isPresent()) {
      return target
          .putSimilar(
              wanted.type(), wanted.id(), plain, 0, plain.length, List.of(opened.prefix.get()))
          .outcome();
    }
    return isWrittenWith(wanted.type(), opened)
        ? target.adopt(wanted.type(), wanted.id(), opened)
        : target.put(wanted.type(), wanted.id(), plain, 0, plain.length);
  }

  /// Whether the target seals under this version now, and the number stands for the same key there.
  private boolean isWrittenWith(ChunkType type, OpenedFrame opened) {
    int keyVersion = opened.keyVersion;
    if (keyVersion != to.current().version || !opened.domain.equals(from.id())) {
      return false;
    }
    byte[] ours =
        switch (type.packing()) {
          case DATA -> from.dataKey(keyVersion);
          case METADATA -> from.metaKey(keyVersion);
        };
    byte[] theirs =
        switch (type.packing()) {
          case DATA -> to.current().data;
          case METADATA -> to.current().meta;
        };
    return ours != null && MessageDigest.isEqual(ours, theirs);
  }

  private OpenedFrame read(Wanted wanted) throws IOException {
    OpenedFrame opened = reader.readFrame(wanted.type(), wanted.id(), ChunkWriter.CHUNK_BYTES_MAX);
    // The reader leaves it to those who know the page size.
    if (wanted.type() == ChunkType.PAGES
        && !from.keyedIds().matches(wanted.type(), wanted.id(), opened.plain)) {
      throw CorruptRepositoryException.damaged(
          "chunk " + wanted.id() + " has other content than its id says");
    }
    return opened;
  }

  /// Null if it cannot be read at once.
  private @Nullable Span read(List<Wanted> missing) throws IOException {
    Place first = place(missing.getFirst());
    Place last = place(missing.getLast());
    if (first == null || last == null || !isOneRead(first, last)) {
      return null;
    }
    int bytes = last.offset() + last.storedBytes() - first.offset();
    try {
      byte[] content =
          source.store().getRange(ObjectNames.pack(first.pack().id()), first.offset(), bytes);
      return new Span(first, content);
    } catch (NoSuchBlobException | TruncatedBlobException _) {
      return null;
    }
  }

  private @Nullable Place place(Wanted wanted) {
    return reader.place(wanted.type(), wanted.id()).orElse(null);
  }

  /// Bytes of a pack from the place of its first chunk on.
  private final class Span {
    private final Place first;
    private final byte[] content;

    Span(Place first, byte[] content) {
      this.first = first;
      this.content = content;
    }

    /// The chunk, if this is where it lies and it is what it should be.
    Optional<OpenedFrame> frame(Wanted wanted) {
      Place place = place(wanted);
      if (place == null
          || place.prefix().isPresent()
          || !place.pack().id().equals(first.pack().id())
          || !place.pack().domain().equals(from.id())) {
        return Optional.empty();
      }
      int at = place.offset() - first.offset();
      if (at < 0 || place.storedBytes() > content.length - at) {
        return Optional.empty();
      }
      byte[] frame = Arrays.copyOfRange(content, at, at + place.storedBytes());
      int version = place.pack().keyVersion();
      try {
        byte[] plain =
            FrameOpener.open(
                from,
                version,
                wanted.type(),
                wanted.id(),
                frame,
                0,
                frame.length,
                ChunkWriter.CHUNK_BYTES_MAX,
                "chunk " + wanted.id() + " in " + place.pack().id());
        return from.keyedIds().matches(wanted.type(), wanted.id(), plain)
            ? Optional.of(new OpenedFrame(frame, place.pack(), plain, Optional.empty()))
            : Optional.empty();
      } catch (CorruptRepositoryException _) {
        return Optional.empty();
      }
    }
  }
}
