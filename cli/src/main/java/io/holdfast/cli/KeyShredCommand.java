package io.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "shred",
    description = {
      "Destroy the keys of a domain: nothing in it can be read again, by any key.",
      "Its backups are gone at once and for ever, and the domain takes no more. The domain 'main'"
          + " and those of write-ahead log cannot be shredded. What was begun and not completed is"
          + " completed by the next run."
    })
final class KeyShredCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin ShredOptions shred = new ShredOptions();

  @Parameters(paramLabel = "DOMAIN", description = "Its name; 'holdfast key list' shows all.")
  String domain = "";

  KeyShredCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return shred.run(context, domain, "domain", domain);
  }
}
