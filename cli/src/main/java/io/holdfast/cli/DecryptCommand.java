package io.holdfast.cli;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.portable.Decryption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "decrypt",
    description = {
      "Decrypt one file: of 'holdfast encrypt', of the ERP's backup service, or of 'openssl enc'.",
      "Nothing is written that was not authenticated, except of 'openssl enc': it has no integrity."
    })
final class DecryptCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin FileEnds ends = new FileEnds();
  @Mixin FileKeyOptions keys = new FileKeyOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "auto, holdfast, erp or openssl. Default: auto, by first bytes and name.")
  private Decryption.Format format = Decryption.Format.AUTO;

  @Option(
      names = "--openssl-kdf",
      paramLabel = "KDF",
      description =
          "How 'openssl enc' made the key: pbkdf2, or without -pbkdf2 sha256 (since 1.1.0) or md5"
              + " (before). Default: the first of them that fits.")
  private Decryption.@Nullable Kdf kdf;

  @Option(
      names = "--openssl-iter",
      paramLabel = "N",
      description = "Iterations of PBKDF2, as in 'openssl enc -iter'. Default: 10000.")
  private @Nullable Integer iterations;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description =
          "How much may come out of the gzip of an ERP backup. Default: 64GiB, and 200 times what"
              + " went in.")
  private @Nullable String sizeMax;

  DecryptCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Decryption.Options options =
        Decryption.Options.of(
            format, sizeMax == null ? null : Sizes.parse(sizeMax), kdf, iterations);
    Decryption.Done done =
        context.alone(
            global,
            standalone ->
                standalone.decrypt(
                    ends.input(context),
                    ends.output(context, global),
                    options,
                    keys.keys(context)));
    if (global.json) {
      Map<String, Object> json = CommandContext.object();
      json.put("file", done.target());
      json.put("kind", done.kind());
      json.put("content", done.content());
      json.put("plainBytes", done.bytes());
      json.put("integrity", done.integrity());
      context.json(json);
    } else {
      ends.answer(context)
          .println(
              "decrypted "
                  + new ByteSize(done.bytes())
                  + " ("
                  + done.content()
                  + ") to "
                  + done.target());
    }
    warn(done.integrity());
    return 0;
  }

  private void warn(Decryption.Integrity integrity) {
    switch (integrity) {
      case AUTHENTICATED -> {}
      case GZIP_CHECKSUM ->
          context
              .err()
              .println(
                  "warning: 'openssl enc' does not notice changes; the checksum of the gzip inside"
                      + " is right, which shows that there was no accident");
      case NONE ->
          context
              .err()
              .println(
                  "warning: 'openssl enc' does not notice changes, and nothing inside has a"
                      + " checksum: look at the content before you rely on it");
    }
  }
}
