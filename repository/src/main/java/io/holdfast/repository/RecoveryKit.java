package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.crypto.CryptoKit;
import java.util.HexFormat;

/// The printed form of a raw key: eight groups of eight hexadecimal digits, each followed by two
/// check digits, so that a typing error is found and its group is named.
public final class RecoveryKit {
  private static final int GROUPS = 8;
  private static final int GROUP_BYTES = CryptoKit.KEY_BYTES / GROUPS;

  private RecoveryKit() {}

  /// The text to print and lock away.
  static Secret print(RepositoryId repository, String slot, byte[] key) {
    StringBuilder text = new StringBuilder(512);
    text.append("Holdfast recovery kit\n");
    text.append("repository: ").append(repository.hex()).append('\n');
    text.append("slot:       ").append(slot).append('\n');
    text.append("Whoever has this page can read every backup of this repository.\n");
    for (int i = 0; i < GROUPS; i++) {
      String digits = HexFormat.of().formatHex(key, i * GROUP_BYTES, (i + 1) * GROUP_BYTES);
      text.append("key-").append(i + 1).append(": ").append(digits).append('-');
      text.append(check(i, digits)).append('\n');
    }
    return new Secret(text.toString());
  }

  /// Reads what [#print] made, typed in again; only the lines that begin with `key-` count.
  ///
  /// @throws BackupException `KEY_MALFORMED`, naming the group that is wrong
  public static KeyMaterial parse(Secret text) {
    byte[] key = new byte[CryptoKit.KEY_BYTES];
    boolean[] seen = new boolean[GROUPS];
    for (String line : text.expose().lines().map(String::strip).toList()) {
      if (!line.matches("key-[1-8]:.*")) {
        continue;
      }
      int group = line.charAt(4) - '1';
      String value = line.substring(6).replace(" ", "").toLowerCase(java.util.Locale.ROOT);
      if (!value.matches("[0-9a-f]{8}-[0-9a-f]{2}")
          || !check(group, value.substring(0, 8)).equals(value.substring(9))) {
        throw wrong("line key-" + (group + 1) + " of the recovery kit has a typing error");
      }
      byte[] bytes = HexFormat.of().parseHex(value.substring(0, 8));
      System.arraycopy(bytes, 0, key, group * GROUP_BYTES, GROUP_BYTES);
      seen[group] = true;
    }
    for (int i = 0; i < GROUPS; i++) {
      if (!seen[i]) {
        throw wrong("line key-" + (i + 1) + " of the recovery kit is missing");
      }
    }
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }

  private static BackupException wrong(String message) {
    return new BackupException(
        ErrorCode.KEY_MALFORMED, message, "Compare that line with the printed page.");
  }

  private static String check(int group, String digits) {
    byte[] input = CryptoKit.ascii("holdfast/v1/kit" + group + digits);
    return HexFormat.of().formatHex(CryptoKit.sha256(input, 0, input.length), 0, 1);
  }
}
