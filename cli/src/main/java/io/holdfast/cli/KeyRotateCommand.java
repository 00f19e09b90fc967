package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import io.holdfast.engine.keys.NewKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "rotate",
    description = {
      "Make new data keys: what is written from now on is sealed under them.",
      "Old backups stay as they are and stay readable. A wal stream that runs takes the new keys"
          + " when it is started again. With a new key file or passphrase, that key also takes the"
          + " place of the one in use."
    })
final class KeyRotateCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @ArgGroup @Nullable NewKeyOptions fresh;

  @Option(
      names = "--domain",
      paramLabel = "NAME",
      description = "Only the data keys of this domain. Default: all.")
  @Nullable String domain;

  KeyRotateCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<NewKey> replacement =
        Optional.ofNullable(fresh).flatMap(options -> options.key(context));
    return KeyWork.run(
        context,
        global,
        null,
        keys -> answer(keys.rotate(Optional.ofNullable(domain), replacement)));
  }

  private static KeyWork.Answer answer(Keys.Rotated rotated) {
    Map<String, Object> json = CommandContext.object();
    StringBuilder text = new StringBuilder();
    List<Map<String, Object>> lines =
        rotated.dataKeys().stream()
            .map(
                keys -> {
                  Map<String, Object> line = CommandContext.object();
                  line.put("domain", keys.domain());
                  line.put("version", keys.version());
                  return line;
                })
            .toList();
    json.put("dataKeys", lines);
    rotated
        .dataKeys()
        .forEach(
            keys ->
                text.append("data keys of ")
                    .append(keys.domain())
                    .append(": now version ")
                    .append(keys.version())
                    .append('\n'));
    if (rotated.replaced().isPresent()) {
      NewKeyOptions.describe(rotated.replaced().get(), json, text);
      text.append("the key that was in use does not open the repository any more\n");
    }
    return new KeyWork.Answer(json, text.toString());
  }
}
