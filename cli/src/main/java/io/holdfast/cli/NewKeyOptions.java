package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import io.holdfast.engine.keys.NewKey;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A key that is given to a command besides the one that opens the repository.
final class NewKeyOptions {
  @Option(
      names = "--new-key-file",
      paramLabel = "FILE",
      description = "Key file; made, for its owner only, if it does not exist.")
  @Nullable String keyFile;

  @Option(
      names = "--new-passphrase-file",
      paramLabel = "FILE",
      description = "File with a passphrase in its only line.")
  @Nullable String passphraseFile;

  Optional<NewKey> key(CommandContext context) {
    if (keyFile != null) {
      return Optional.of(new NewKey.KeyFile(context.workingDirectory().resolve(keyFile)));
    }
    return Optional.ofNullable(passphraseFile)
        .map(file -> new NewKey.PassphraseFile(context.workingDirectory().resolve(file)));
  }

  static void describe(Keys.Added added, Map<String, Object> json, StringBuilder text) {
    json.put("slot", added.slot());
    json.put("keyFile", added.made().map(Object::toString));
    text.append("added slot ").append(added.slot()).append('\n');
    added.made().ifPresent(file -> text.append("  new key file ").append(file).append('\n'));
  }
}
