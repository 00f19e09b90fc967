package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What people read. Texts are cut to a length, put on one line each, and freed of control
/// characters and of users in URLs; nothing else is taken out, so they must come from texts of
/// errors and never from settings.
///
/// @param about of a recovery the event that is over, else the event itself
/// @param source what it is about: the source of a backup, a repository, a key
/// @param subject a line that says it all
/// @param runId the run that it is about; may be empty
/// @param hint what to do; may be empty
public record Notice(
    Event event,
    Event about,
    String source,
    String subject,
    List<String> details,
    Instant time,
    String runId,
    String hint) {
  private static final int SOURCE_MAX = 100;
  private static final int SUBJECT_MAX = 200;
  private static final int LINE_MAX = 500;
  private static final int DETAILS_MAX = 20;

  public Notice {
    if (event == Event.RECOVERED ? !about.isIncident() : about != event) {
      throw new IllegalArgumentException(event + " cannot be about " + about);
    }
    source = Plain.line(source, SOURCE_MAX);
    subject = Plain.line(subject, SUBJECT_MAX);
    details = details.stream().limit(DETAILS_MAX).map(it -> Plain.line(it, LINE_MAX)).toList();
    runId = Plain.line(runId, SOURCE_MAX);
    hint = Plain.line(hint, LINE_MAX);
  }

  /// A success or a missed run.
  public static Notice news(
      Event event, String source, List<String> details, Instant time, String runId) {
    return new Notice(
        event, event, source, event.title() + ": " + source, details, time, runId, "");
  }

  /// What the test button sends.
  public static Notice test(Instant time) {
    return new Notice(
        Event.SUCCESS,
        Event.SUCCESS,
        "test",
        "Test of notifications",
        List.of("Nothing happened: somebody wanted to know whether this arrives."),
        time,
        "",
        "");
  }

  /// The lines about an error: what happened and its number.
  public static List<String> linesOf(BackupException failure) {
    return List.of(failure.code().label() + ": " + failure.text());
  }

  /// The same for the same notice on every node and after every restart, so that a receiver can
  /// tell a second delivery from a second notice.
  public String id() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part :
          List.of(event.word(), about.word(), source, time.toString(), runId, subject)) {
        sha.update(part.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
      }
      return "ntc_" + HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// All of it as lines, the subject first.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(subject);
    lines.addAll(details);
    if (!runId.isEmpty()) {
      lines.add("Run: " + runId);
    }
    lines.add("Time: " + time);
    if (!hint.isEmpty()) {
      lines.add("What to do: " + hint);
    }
    return lines;
  }
}
