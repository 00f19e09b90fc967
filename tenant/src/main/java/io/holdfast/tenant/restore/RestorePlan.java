package io.holdfast.tenant.restore;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;

/// What a restore would do, in the order of the tables, and a digest of it: whoever applies a plan
/// says which one was looked at.
public record RestorePlan(List<TablePlan> tables, String digest) {
  private static final int DIGEST_BYTES = 16;

  public RestorePlan {
    tables = List.copyOf(tables);
  }

  /// @param subject what the plan is for, beside the tables: backup, tenant, schema, policy
  static RestorePlan of(List<String> subject, List<TablePlan> tables) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String text : subject) {
        add(sha, text);
      }
      for (TablePlan table : tables) {
        add(sha, table.text());
      }
      return new RestorePlan(tables, HexFormat.of().formatHex(sha.digest(), 0, DIGEST_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void add(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
    sha.update((byte) ':');
    sha.update(bytes);
  }

  public long inserts() {
    return sum(table -> table.work().inserts());
  }

  public long updates() {
    return sum(table -> table.work().updates());
  }

  public long deletes() {
    return sum(table -> table.work().deletes());
  }

  public long blocked() {
    return sum(TablePlan::blockedRows);
  }

  /// Whether it would change nothing.
  public boolean isEmpty() {
    return tables.stream().allMatch(table -> table.work().isEmpty());
  }

  private long sum(ToLongFunction<TablePlan> count) {
    return tables.stream().mapToLong(count).sum();
  }
}
