package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.crypto.CryptoKit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/// What opens a repository. Never printed.
public sealed interface KeyMaterial {
  /// A key of 256 bits.
  record RawKey(SecretBytes key) implements KeyMaterial {
    public RawKey {
      if (key.length() != CryptoKit.KEY_BYTES) {
        throw malformed("the key has " + key.length() + " bytes instead of 32");
      }
    }
  }

  /// Words that a person knows; stretched by Argon2id.
  record Passphrase(Secret text) implements KeyMaterial {
    public Passphrase {
      if (text.isEmpty()) {
        throw new BackupException(
            ErrorCode.KEY_MISSING,
            "the passphrase is empty",
            "Give a passphrase that is not empty.");
      }
    }
  }

  /// Reads 64 hexadecimal digits; white space around them is ignored.
  ///
  /// @throws BackupException `KEY_MALFORMED`, without telling the digits
  static KeyMaterial fromHex(Secret hex) {
    String digits = hex.expose().strip();
    if (digits.length() != 2 * CryptoKit.KEY_BYTES) {
      throw malformed("the key has " + digits.length() + " characters instead of 64");
    }
    for (int i = 0; i < digits.length(); i++) {
      if (!HexFormat.isHexDigit(digits.charAt(i))) {
        throw malformed("character " + (i + 1) + " of the key is not a hexadecimal digit");
      }
    }
    return new RawKey(new SecretBytes(HexFormat.of().parseHex(digits)));
  }

  /// Reads a key file: 64 hexadecimal digits and a line feed.
  ///
  /// @throws BackupException `KEY_MALFORMED` if it cannot be read or holds something else
  static KeyMaterial fromKeyFile(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(4096);
      return fromHex(new Secret(new String(content, StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "the key file " + file + " cannot be read: " + e.getMessage(),
          "Check that the file exists and that this user may read it.",
          e);
    }
  }

  private static BackupException malformed(String message) {
    return new BackupException(
        ErrorCode.KEY_MALFORMED,
        message,
        "A key is 64 hexadecimal digits; 'openssl rand -hex 32' makes one.");
  }
}
