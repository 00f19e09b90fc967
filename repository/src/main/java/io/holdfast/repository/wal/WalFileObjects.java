package io.holdfast.repository.wal;

import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The small files of one lineage, named by pseudonyms. *Thread-safe.*
final class WalFileObjects {
  private static final Logger LOG = LoggerFactory.getLogger(WalFileObjects.class);

  private final BlobStore store;
  private final WalSealer sealer;
  private final String lineage;
  private final WalNames names;
  private final WalObjects stored;

  WalFileObjects(BlobStore store, WalSealer sealer, String lineage) {
    this.store = store;
    this.sealer = sealer;
    this.lineage = lineage;
    this.names = new WalNames(lineage);
    this.stored = new WalObjects(store);
  }

  PutOutcome put(String name, byte[] bytes) throws IOException {
    int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes < 1
        || nameBytes > WalFiles.NAME_BYTES_MAX
        || bytes.length > WalFiles.FILE_BYTES_MAX) {
      throw new IllegalArgumentException(bytes.length + " bytes for file '" + name + "'");
    }
    String pseudonym = pseudonym(name);
    return stored.putOrKeepBeside(
        suffix -> names.file(pseudonym, suffix),
        WalArchive.variantName(sealer, bytes, 0, bytes.length),
        WalFiles.encodeFile(sealer, lineage, pseudonym, name, bytes),
        WalFiles.OBJECT_BYTES_MAX,
        found -> Arrays.equals(decode(pseudonym, found).bytes(), bytes));
  }

  Optional<byte[]> read(String name) throws IOException {
    String pseudonym = pseudonym(name);
    return store.stat(names.file(pseudonym, "")).isPresent()
        ? Optional.of(readStored(pseudonym).bytes())
        : Optional.empty();
  }

  /// The names of all files.
  List<String> names() throws IOException {
    TreeSet<String> found = new TreeSet<>();
    for (String pseudonym : pseudonyms(_ -> true)) {
      found.add(readStored(pseudonym).name());
    }
    return List.copyOf(found);
  }

  /// The names of some files, without those that cannot be read.
  ///
  /// @param wanted asked with the bytes of name and content together, as the object's size tells
  List<String> readableNames(LongPredicate wanted) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    for (String pseudonym : pseudonyms(wanted)) {
      try {
        found.add(readStored(pseudonym).name());
      } catch (CorruptRepositoryException e) {
        LOG.warn("a small file of the archive is left out: {}", e.text());
      }
    }
    return List.copyOf(found);
  }

  private List<String> pseudonyms(LongPredicate wanted) throws IOException {
    int more = WalFiles.OBJECT_BYTES_MORE + sealer.overheadBytes();
    List<String> pseudonyms = new ArrayList<>();
    store.list(
        names.filesPrefix(),
        blob -> {
          String name = blob.key().value().substring(names.filesPrefix().length());
          if (WalNames.isPseudonym(name) && wanted.test(blob.bytes() - more)) {
            pseudonyms.add(name);
          }
        });
    return pseudonyms;
  }

  private WalFiles.NamedFile readStored(String pseudonym) throws IOException {
    return stored.readOrReplacement(
        suffix -> names.file(pseudonym, suffix), key -> decode(pseudonym, readWhole(key)));
  }

  private byte[] readWhole(BlobKey key) throws IOException {
    return stored.read(key, WalFiles.OBJECT_BYTES_MAX);
  }

  private WalFiles.NamedFile decode(String pseudonym, byte[] object) {
    WalFiles.NamedFile file = WalFiles.decodeFile(sealer, lineage, pseudonym, object);
    if (!pseudonym(file.name()).equals(pseudonym)) {
      throw CorruptRepositoryException.damaged("WAL file " + pseudonym + " has another name");
    }
    return file;
  }

  private String pseudonym(String name) {
    return sealer.pseudonym("wal-file/" + lineage + "/" + name);
  }
}
