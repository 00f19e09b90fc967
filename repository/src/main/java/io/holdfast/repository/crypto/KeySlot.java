package io.holdfast.repository.crypto;

import io.holdfast.base.Entropy;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.RepositoryId;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// One `keys/slot/<id>`: the root key, wrapped under a raw key or a passphrase. 192 bytes.
///
/// @param createdAt as whoever made it said; authenticated only once the slot was opened
public record KeySlot(
    String id, Kind kind, Use use, Instant createdAt, Argon2 argon2, HexBytes object) {
  public static final int BYTES = 192;
  public static final int ID_BYTES = 8;
  public static final int SLOTS_MAX = 64;

  private static final byte[] MAGIC = CryptoKit.ascii("HFK1");
  private static final int SALT_AT = 24;
  private static final int NONCE_AT = 68;
  private static final int WRAPPED_AT = 80;
  private static final int COMMITMENT_AT = 128;
  private static final int DIGEST_AT = 160;

  /// How the wrapping key is made.
  public enum Kind {
    RAW(1),
    PASSPHRASE(2);

    final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /// What the key is for, so that people can tell their slots apart. Nothing depends on it.
  public enum Use {
    UNSAID(0),
    RECOVERY_KIT(1);

    final int code;

    Use(int code) {
      this.code = code;
    }
  }

  /// The cost of stretching a passphrase. What a slot asks for is capped before it is used.
  public record Argon2(int iterations, int memoryKib, int lanes) {
    static final Argon2 DEFAULT = new Argon2(3, 64 << 10, 4);
    static final Argon2 NONE = new Argon2(0, 0, 0);

    public boolean isAcceptable() {
      return iterations >= 1
          && iterations <= 16
          && lanes >= 1
          && lanes <= 16
          && memoryKib >= 8 * lanes
          && memoryKib <= 1 << 20;
    }
  }

  /// Bytes with value equality, so that the record has it.
  public record HexBytes(String hex) {
    public byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
  }

  /// Wraps `root` in a new slot.
  public static KeySlot wrap(
      Entropy entropy,
      Instant now,
      RepositoryId repository,
      byte[] root,
      KeyMaterial material,
      Use use) {
    String id = HexFormat.of().formatHex(entropy.bytes(ID_BYTES));
    Kind kind = kindOf(material);
    Argon2 argon2 = kind == Kind.PASSPHRASE ? Argon2.DEFAULT : Argon2.NONE;
    byte[] salt = entropy.bytes(32);
    byte[] nonce = entropy.bytes(CryptoKit.NONCE_BYTES);
    byte[] out =
        Arrays.copyOf(
            new RecordWriter(BYTES)
                .raw(MAGIC)
                .u8(kind.code)
                .u8(use.code)
                .zeros(2)
                .raw(HexFormat.of().parseHex(id))
                .u64(Math.max(0, now.toEpochMilli()))
                .raw(salt)
                .u32(argon2.iterations)
                .u32(argon2.memoryKib)
                .u32(argon2.lanes)
                .raw(nonce)
                .raw(root)
                .toBytes(),
            BYTES);
    byte[] input = stretch(material, salt, argon2);
    CryptoKit.encryptInPlace(
        CryptoKit.hkdf(input, salt, "holdfast/v1/slot/wrap"),
        nonce,
        context(repository, out),
        out,
        WRAPPED_AT,
        CryptoKit.KEY_BYTES);
    byte[] commitment = commitment(input, salt, repository, out);
    System.arraycopy(commitment, 0, out, COMMITMENT_AT, 32);
    System.arraycopy(CryptoKit.sha256(out, 0, DIGEST_AT), 0, out, DIGEST_AT, 32);
    Arrays.fill(input, (byte) 0);
    return decode(id, out);
  }

  /// Reads a slot that may be damaged; nothing is derived yet.
  public static KeySlot decode(String id, byte[] bytes) {
    String what = "keys/slot/" + id;
    if (bytes.length != BYTES) {
      throw CorruptRepositoryException.damaged(what + " has " + bytes.length + " bytes, not 192");
    }
    if (!Arrays.equals(
        CryptoKit.sha256(bytes, 0, DIGEST_AT), Arrays.copyOfRange(bytes, DIGEST_AT, BYTES))) {
      throw CorruptRepositoryException.damaged(what + " does not match its checksum");
    }
    RecordReader in = new RecordReader(bytes, what);
    in.expect(MAGIC);
    Kind kind = kindOf(in.u8()).orElseThrow(() -> in.damaged("is of an unknown kind"));
    Use use = in.u8() == Use.RECOVERY_KIT.code ? Use.RECOVERY_KIT : Use.UNSAID;
    in.zeros(2);
    if (!HexFormat.of().formatHex(in.raw(ID_BYTES)).equals(id)) {
      throw in.damaged("lies under a wrong name");
    }
    Instant createdAt = Instant.ofEpochMilli(in.u64() & Long.MAX_VALUE);
    in.raw(32);
    Argon2 argon2 = new Argon2(in.u32(), in.u32(), in.u32());
    if (kind == Kind.PASSPHRASE && !argon2.isAcceptable()) {
      throw in.damaged("asks for more memory or time than is acceptable");
    }
    return new KeySlot(
        id, kind, use, createdAt, argon2, new HexBytes(HexFormat.of().formatHex(bytes)));
  }

  /// The root key, or empty if `material` does not open this slot.
  public Optional<byte[]> open(RepositoryId repository, KeyMaterial material) {
    if (kindOf(material) != kind) {
      return Optional.empty();
    }
    byte[] bytes = object.bytes();
    byte[] salt = Arrays.copyOfRange(bytes, SALT_AT, SALT_AT + 32);
    byte[] input = stretch(material, salt, argon2);
    try {
      byte[] expected = commitment(input, salt, repository, bytes);
      if (!SealedObject.constantTimeEquals(expected, bytes, COMMITMENT_AT)) {
        return Optional.empty();
      }
      return CryptoKit.decrypt(
          CryptoKit.hkdf(input, salt, "holdfast/v1/slot/wrap"),
          Arrays.copyOfRange(bytes, NONCE_AT, WRAPPED_AT),
          context(repository, bytes),
          bytes,
          WRAPPED_AT,
          CryptoKit.KEY_BYTES + CryptoKit.TAG_BYTES);
    } finally {
      Arrays.fill(input, (byte) 0);
    }
  }

  private static byte[] commitment(
      byte[] input, byte[] salt, RepositoryId repository, byte[] bytes) {
    return CryptoKit.hmac(
        CryptoKit.hkdf(input, salt, "holdfast/v1/slot/commit"),
        repository.toBytes(),
        bytes,
        0,
        COMMITMENT_AT);
  }

  /// Repository id, then everything before the nonce: magic, kind, slot id, time, salt, costs.
  private static byte[] context(RepositoryId repository, byte[] bytes) {
    return SealedObject.concat(repository.toBytes(), Arrays.copyOf(bytes, NONCE_AT));
  }

  private static Kind kindOf(KeyMaterial material) {
    return switch (material) {
      case KeyMaterial.RawKey _ -> Kind.RAW;
      case KeyMaterial.Passphrase _ -> Kind.PASSPHRASE;
    };
  }

  private static Optional<Kind> kindOf(int code) {
    return Arrays.stream(Kind.values()).filter(kind -> kind.code == code).findFirst();
  }

  private static byte[] stretch(KeyMaterial material, byte[] salt, Argon2 cost) {
    return switch (material) {
      case KeyMaterial.RawKey raw -> raw.key().expose().clone();
      case KeyMaterial.Passphrase words -> {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
            new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withIterations(cost.iterations)
                .withMemoryAsKB(cost.memoryKib)
                .withParallelism(cost.lanes)
                .withSalt(salt)
                .build());
        byte[] result = new byte[CryptoKit.KEY_BYTES];
        String normal = Normalizer.normalize(words.text().expose(), Normalizer.Form.NFC);
        generator.generateBytes(normal.getBytes(StandardCharsets.UTF_8), result);
        yield result;
      }
    };
  }
}
