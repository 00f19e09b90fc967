package io.holdfast.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Entropy;
import io.holdfast.engine.api.World;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunProgress;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunTerms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Streams of a run that a test lets go on, on a clock that only their waiting moves.
class EventStreamTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T02:00:00Z");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<LogRows.Line> lines = new ArrayList<>();
  private Instant now = BEGIN;
  private RunStatus status = RunStatus.RUNNING;
  private RunProgress progress = RunProgress.NONE;
  private Runnable meanwhile = () -> {};
  private boolean stopping;

  private String stream(OutputStream to, int last) throws Exception {
    World world =
        new World(
            () -> now,
            Entropy.secure(),
            duration -> {
              now = now.plus(duration);
              meanwhile.run();
            });
    new EventStream(
            world,
            this::run,
            after -> lines.stream().filter(it -> it.number() > after).limit(500).toList(),
            Object::toString,
            () -> stopping,
            to,
            last)
        .run();
    return out.toString(StandardCharsets.UTF_8);
  }

  private Run run() {
    return new Run(
        new UUID(0, 7),
        new RunRequest.Retention(),
        "main",
        new Origin.Request("Ada"),
        1,
        RunTerms.ONCE,
        status,
        BEGIN,
        BEGIN,
        Optional.of(BEGIN),
        status.isEnd() ? Optional.of(now) : Optional.empty(),
        Optional.empty(),
        progress,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  private void tell(String text) {
    lines.add(new LogRows.Line(lines.size() + 1, now, text));
  }

  private static List<String> ids(String text) {
    return Pattern.compile("id: (\\S+)\nevent: (\\S+)")
        .matcher(text)
        .results()
        .map(it -> it.group(1) + " " + it.group(2))
        .toList();
  }

  @Test
  void everythingIsToldOnceAndTheEndIsLast() throws Exception {
    tell("one");
    meanwhile =
        () -> {
          if (lines.size() < 3) {
            tell("more");
            progress = new RunProgress("copies", lines.size(), 9);
          } else {
            status = RunStatus.COMPLETED;
          }
        };
    assertThat(ids(stream(out, 0)))
        .containsExactly(
            "1 log", "1 progress", "2 log", "2 progress", "3 log", "3 progress", "3-end end");
  }

  @Test
  void linesThatWereSeenAreNotToldAgain() throws Exception {
    for (int i = 0; i < 1_200; i++) {
      tell("line");
    }
    status = RunStatus.FAILED;
    String text = stream(out, 1_000);
    assertThat(ids(text)).startsWith("1001 log").endsWith("1200 log", "1200-end end").hasSize(201);
  }

  @Test
  void aLogThatIsLongerThanOnePieceIsWholeBeforeTheEnd() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      tell("line");
    }
    status = RunStatus.COMPLETED;
    assertThat(ids(stream(out, 0))).endsWith("1000 log", "1000-end end").hasSize(1_001);
  }

  @Test
  void aSilentStreamShowsThatItIsThereAndEndsInTime() throws Exception {
    String text = stream(out, 0);
    assertThat(Duration.between(BEGIN, now)).isEqualTo(EventStream.LONGEST);
    assertThat(text.split(": still here\n\n", -1)).hasSize(40);
    assertThat(ids(text)).containsExactly("0 progress");
  }

  @Test
  void aServerThatStopsEndsItsStreams() throws Exception {
    meanwhile = () -> stopping = now.isAfter(BEGIN.plusSeconds(2));
    String text = stream(out, 0);
    assertThat(now).isBefore(BEGIN.plusSeconds(4));
    assertThat(text).doesNotContain("event: end");
  }

  @Test
  void whoeverHangsUpEndsTheStream() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("closed");
          }
        };
    assertThatThrownBy(() -> stream(closed, 0)).isInstanceOf(IOException.class);
    assertThat(now).isEqualTo(BEGIN);
  }
}
