package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Snapshots;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.retention.RetentionPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "forget",
    description = {
      "Make backups count no more: those named, or those that a policy does not keep.",
      "What they alone needed stays until 'holdfast prune' removes it.",
      "The newest backup of a source and kind, and the newest without damaged pages, are kept by every"
          + " policy.",
      "A policy is for each source by itself; with --source it is for that source only."
    })
final class ForgetCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(arity = "0..*", paramLabel = "BACKUP", description = "Names of backups.")
  List<String> backups = new ArrayList<>();

  @Mixin RetentionOptions retention = new RetentionOptions();

  @Option(
      names = "--newest-too",
      description = "Forget a named backup although it is the newest of its source and kind.")
  boolean newestToo;

  @Option(names = "--dry-run", description = "Say what would be forgotten, and forget nothing.")
  boolean dryRun;

  ForgetCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<RetentionPolicy> policy = retention.read(context.workingDirectory());
    requireOneWay(policy);
    Options options = context.options(global.flags(null, null, null));
    List<Forget.Judged> verdicts =
        context.on(global, options, (holdfast, watch) -> forget(holdfast.snapshots(watch), policy));
    context.answer(global, toMap(verdicts), describe(verdicts));
    return 0;
  }

  private List<Forget.Judged> forget(Snapshots snapshots, Optional<RetentionPolicy> policy) {
    List<Forget.Judged> verdicts =
        policy
            .map(rules -> snapshots.planForget(rules, Optional.ofNullable(global.source)))
            .orElseGet(
                () ->
                    snapshots.planForget(
                        backups, newestToo ? Forget.Newest.FORGOTTEN_TOO : Forget.Newest.KEPT));
    if (!dryRun) {
      snapshots.forget(verdicts);
    }
    return verdicts;
  }

  private void requireOneWay(Optional<RetentionPolicy> policy) {
    if (policy.isPresent() == !backups.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          backups.isEmpty() ? "no backup was named" : "both backups and a policy were given",
          "Name backups, or say what to keep, for example with --keep-daily 14.");
    }
    if (policy.isPresent() && newestToo) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--newest-too goes with named backups only",
          "A policy always keeps the newest backup of a source and kind.");
    }
  }

  private static List<String> forgotten(List<Forget.Judged> verdicts) {
    return verdicts.stream().filter(verdict -> !verdict.isKept()).map(Forget.Judged::name).toList();
  }

  private Map<String, Object> toMap(List<Forget.Judged> verdicts) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(dryRun ? "wouldForget" : "forgotten", forgotten(verdicts));
    map.put("kept", withReasons(verdicts.stream().filter(Forget.Judged::isKept)));
    map.put("notKept", withReasons(verdicts.stream().filter(verdict -> !verdict.isKept())));
    return map;
  }

  private static List<Map<String, Object>> withReasons(Stream<Forget.Judged> verdicts) {
    List<Map<String, Object>> entries = new ArrayList<>();
    verdicts.forEach(
        verdict -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("name", verdict.name());
          entry.put("reasons", verdict.reasons());
          entries.add(entry);
        });
    return entries;
  }

  /// Who set a cap wants to see what it took; that no rule keeps the others goes without saying.
  private static String capOf(Forget.Judged verdict) {
    return verdict.verdict().overruled().isEmpty()
        ? ""
        : " (" + String.join(", ", verdict.reasons()) + ")";
  }

  private List<String> describe(List<Forget.Judged> verdicts) {
    List<String> lines = new ArrayList<>();
    for (Forget.Judged verdict : verdicts) {
      String name = verdict.name();
      lines.add(
          verdict.isKept()
              ? "keep " + name + " (" + String.join(", ", verdict.reasons()) + ")"
              : (dryRun ? "would forget " : "forgot ") + name + capOf(verdict));
    }
    if (forgotten(verdicts).isEmpty()) {
      lines.add("nothing to forget");
    } else if (!dryRun) {
      lines.add("their data goes with 'holdfast prune'");
    }
    return lines;
  }
}
