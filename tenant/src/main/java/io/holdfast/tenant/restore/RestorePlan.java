package io.holdfast.tenant.restore;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// What a restore would do, in the order of the tables, and a digest of it: whoever applies a plan
/// says which one was looked at.
///
/// @param objects how many large objects of each group would be made
public record RestorePlan(List<TablePlan> tables, SortedMap<String, Long> objects, String digest) {
  private static final int DIGEST_BYTES = 16;

  public RestorePlan {
    tables = List.copyOf(tables);
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
  }

  static RestorePlan of(
      List<String> subject, List<TablePlan> tables, SortedMap<String, Long> objects) {
    List<String> texts = new ArrayList<>(subject);
    tables.forEach(table -> texts.add(table.text()));
    return new RestorePlan(tables, objects, digest(texts));
  }

  /// The same, with more in its digest.
  public RestorePlan with(List<String> more) {
    List<String> texts = new ArrayList<>(more);
    texts.add(digest);
    return new RestorePlan(tables, objects, digest(texts));
  }

  private static String digest(List<String> texts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      texts.forEach(text -> add(sha, text));
      return HexFormat.of().formatHex(sha.digest(), 0, DIGEST_BYTES);
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

  /// Rows that are left out because they were erased.
  public long erased() {
    return sum(TablePlan::erasedRows);
  }

  /// Whether it would change nothing.
  public boolean isEmpty() {
    return tables.stream().allMatch(table -> table.work().isEmpty())
        && objects.values().stream().allMatch(count -> count == 0);
  }

  private long sum(ToLongFunction<TablePlan> count) {
    return tables.stream().mapToLong(count).sum();
  }
}
