package io.holdfast.cli;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.portable.Encryption;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "encrypt",
    description = {
      "Encrypt one file, with a passphrase or a key of its own.",
      "The repository's key is not used: whoever gets the file would need it."
    })
final class EncryptCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin FileEnds ends = new FileEnds();
  @Mixin FileKeyOptions keys = new FileKeyOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "holdfast, or erp: gzip of JSON for the ERP's backup service, under"
              + " $BACKUP_ENCRYPTION_KEY. Default: holdfast.")
  private Encryption.Format format = Encryption.Format.HOLDFAST;

  EncryptCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Encryption.Done done =
        context.alone(
            global,
            standalone ->
                standalone.encrypt(
                    ends.input(context), ends.output(context, global), format, keys.keys(context)));
    if (global.json) {
      Map<String, Object> json = CommandContext.object();
      json.put("file", done.target());
      json.put("kind", done.kind());
      json.put("plainBytes", done.bytes());
      context.json(json);
    } else {
      ends.answer(context)
          .println("encrypted " + new ByteSize(done.bytes()) + " to " + done.target());
    }
    return 0;
  }
}
