package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.crypto.KeyedChunkIds;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The test vectors of `docs/format/repository.md`, read from there: what another program computed
/// from the page is what ours writes and reads.
class FormatVectorsTest {
  private static final Path PAGE = Path.of("../docs/format/repository.md");
  private static final Pattern LINE = Pattern.compile("\\| (.+) \\| `([0-9a-f]+)` \\|");
  private static final Instant MADE = Instant.ofEpochMilli(1_767_225_600_000L);
  private static final byte[] HELLO = "hello, world".getBytes(StandardCharsets.US_ASCII);

  private final Map<String, byte[]> vectors = read();
  private final FormatObject format =
      new FormatObject(
          RepositoryId.of(vector("repository id")),
          RepositoryId.of(vector("key space")),
          new StoreCapabilities(Support.YES, Support.YES, Support.YES, ""),
          MADE);
  private final RootKey root =
      new RootKey(vector("R, the root key"), format, Repositories.key(), "0011223344556677");
  private final KeyedChunkIds ids = new KeyedChunkIds(vector("K_id"));

  @Test
  void rootKeyGivesTheOthersAndTheIdsOfDomains() {
    assertThat(root.maintenanceKey()).isEqualTo(vector("`derive(\"maintenance\")`"));
    DomainKeys keys = keys();
    byte[] wrapped = root.wrap(Repositories.options(1), root.domainId("main"), keys);
    assertThat(opened(wrapped)).isEqualTo(keys.encode());
    assertThat(root.domainId("main").toBytes()).isEqualTo(vector("id of the domain `main`"));
    assertThat(root.domainId("wal/main").toBytes())
        .isEqualTo(vector("id of the domain `wal/main`"));
  }

  @Test
  void contentGivesIds() {
    assertThat(HexFormat.of().parseHex(domain().pseudonym("example")))
        .isEqualTo(vector("pseudonym of `example`"));
    assertThat(hello()).isEqualTo(chunk("id of the chunk `hello, world` of type 4"));
    byte[] hashes = new byte[2 * ChunkIds.PAGE_HASH_BYTES];
    ids.pageHash(new byte[8192], 0, 8192, hashes, 0);
    ids.pageHash(new byte[8192], 0, 8192, hashes, ChunkIds.PAGE_HASH_BYTES);
    assertThat(Arrays.copyOf(hashes, ChunkIds.PAGE_HASH_BYTES))
        .isEqualTo(vector("page hash of 8,192 zero bytes"));
    assertThat(ids.ofPages(2, hashes, 0))
        .isEqualTo(chunk("id of the chunk of two such pages of type 1"));
  }

  @Test
  void frameIsSealedAndOpenedAsThePageSays() {
    byte[] frame = vector("frame of `hello, world`, codec 0");
    assertThat(FrameSealer.frameKey(vector("K_data"), hello())).isEqualTo(vector("its key"));
    byte[] payload =
        ByteBuffer.allocate(5 + HELLO.length).putInt(1, HELLO.length).put(5, HELLO).array();
    assertThat(
            FrameSealer.sealAnew(
                domain(),
                ChunkType.STREAM,
                hello(),
                payload,
                scripted(vector("nonce of the frame"))))
        .isEqualTo(frame);
    assertThat(
            FrameOpener.open(
                domain(), 1, ChunkType.STREAM, hello(), frame, 0, frame.length, 100, "the vector"))
        .isEqualTo(HELLO);
  }

  @Test
  void objectIsSealedAndOpenedAsThePageSays() {
    byte[] key = vector("`derive(\"domain-wrap\")`");
    byte[] object = vector("`hello, world` sealed for `domain`, version 1");
    assertThat(
            SealedObject.seal(
                scripted(vector("salt of the sealed object")),
                1,
                key,
                "domain",
                context(),
                HELLO,
                0,
                HELLO.length))
        .isEqualTo(object);
    assertThat(opened(object)).isEqualTo(HELLO);
  }

  private byte[] opened(byte[] object) {
    byte[] key = vector("`derive(\"domain-wrap\")`");
    return SealedObject.open(
        version -> version == 1 ? key : null,
        "domain",
        context(),
        object,
        0,
        object.length,
        1_000,
        "the vector");
  }

  private byte[] context() {
    return SealedObject.concat(
        vector("repository id"), vector("id of the domain `main`"), CryptoKit.be32(1));
  }

  @Test
  void slotIsMadeAndOpenedAsThePageSays() {
    byte[] slot = vector("key slot");
    KeyMaterial raw = new KeyMaterial.RawKey(new SecretBytes(vector("raw key")));
    byte[] drawn =
        SealedObject.concat(
            Arrays.copyOfRange(slot, 8, 16),
            Arrays.copyOfRange(slot, 24, 56),
            Arrays.copyOfRange(slot, 68, 80));
    KeySlot made =
        KeySlot.wrap(scripted(drawn), MADE, format.id(), root.expose(), raw, KeySlot.Use.UNSAID);
    assertThat(made.object().bytes()).isEqualTo(slot);
    assertThat(KeySlot.decode(made.id(), slot).open(format.id(), raw).orElseThrow())
        .isEqualTo(root.expose());
  }

  private ChunkId hello() {
    return ids.of(ChunkType.STREAM, HELLO, 0, HELLO.length);
  }

  private DomainKeys keys() {
    byte[] noGear = new byte[CryptoKit.KEY_BYTES];
    byte[] drawn = SealedObject.concat(vector("K_id"), noGear, vector("K_data"), vector("K_meta"));
    return DomainKeys.create(scripted(drawn), MADE, "main");
  }

  private Domain domain() {
    return new Domain(
        format, root.domainId("main"), Map.of(1, keys()), _ -> Optional.empty(), Entropy.secure());
  }

  /// Hands out these bytes, one after the other.
  private static Entropy scripted(byte[] bytes) {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    return rest::get;
  }

  private ChunkId chunk(String name) {
    return ChunkId.copyOf(vector(name), 0);
  }

  private byte[] vector(String name) {
    byte[] bytes = vectors.get(name);
    assertThat(bytes).as("vector '" + name + "' of " + PAGE).isNotNull();
    return bytes == null ? new byte[0] : bytes.clone();
  }

  private static Map<String, byte[]> read() {
    try {
      String page = Files.readString(PAGE);
      String section = page.substring(page.indexOf("## Test vectors"), page.indexOf("## Changes"));
      Map<String, byte[]> vectors = new HashMap<>();
      for (Matcher line = LINE.matcher(section); line.find(); ) {
        vectors.put(line.group(1), HexFormat.of().parseHex(line.group(2)));
      }
      return vectors;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
