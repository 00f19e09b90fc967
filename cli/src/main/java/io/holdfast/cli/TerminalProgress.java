package io.holdfast.cli;

import io.holdfast.base.ByteSize;
import io.holdfast.base.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/// Shows phases on a terminal as one line that is written over, and elsewhere (a log, a pipe) as
/// one line per phase. Always on stderr, so it never mixes into results. *Guarded* by its own lock.
final class TerminalProgress implements Progress, AutoCloseable {
  private static final Duration REDRAW = Duration.ofMillis(150);
  private static final int BAR_CELLS = 10;
  private static final int NAME_COLUMNS = 24;

  /// A longer line would be folded by a terminal of 80 columns, and then not be written over.
  private static final int COLUMNS_MAX = 79;

  /// How progress is shown.
  enum Style {
    BAR,
    LINES,
    SILENT
  }

  private final PrintStream out;
  private final InstantSource clock;
  private final Style style;
  private String phase = "";
  private long expected;
  private long done;
  private Instant phaseStart = Instant.EPOCH;
  private Instant drawn = Instant.EPOCH;

  TerminalProgress(PrintStream out, InstantSource clock, Style style) {
    this.out = out;
    this.clock = clock;
    this.style = style;
  }

  @Override
  public synchronized void phase(String name, long unitsExpected) {
    finishPhase();
    phase = name;
    expected = unitsExpected;
    done = 0;
    phaseStart = clock.instant();
    draw();
  }

  @Override
  public synchronized void advance(long units) {
    done += units;
    if (style == Style.BAR && Duration.between(drawn, clock.instant()).compareTo(REDRAW) >= 0) {
      draw();
    }
  }

  @Override
  public synchronized void note(String message) {
    if (style == Style.SILENT) {
      return;
    }
    clearLine();
    out.println(message);
    draw();
  }

  /// Ends the last phase, so that what is printed next begins on a fresh line.
  @Override
  public synchronized void close() {
    finishPhase();
    phase = "";
  }

  private void finishPhase() {
    if (phase.isEmpty()) {
      return;
    }
    Duration took = Duration.between(phaseStart, clock.instant());
    String line =
        String.format(
            Locale.ROOT,
            "%-" + (NAME_COLUMNS + 4) + "s %9s %7.1f s",
            phase,
            amount(),
            took.toMillis() / 1000.0);
    switch (style) {
      case BAR -> {
        clearLine();
        out.println(line.stripTrailing());
      }
      case LINES -> out.println(line.stripTrailing());
      case SILENT -> {}
    }
  }

  private void draw() {
    if (style != Style.BAR || phase.isEmpty()) {
      return;
    }
    drawn = clock.instant();
    clearLine();
    String name =
        phase.length() <= NAME_COLUMNS ? phase : phase.substring(0, NAME_COLUMNS - 1) + "…";
    String line =
        String.format(
            Locale.ROOT, "%-" + NAME_COLUMNS + "s %s %s%s", name, bar(), amount(), speed());
    out.print(line.substring(0, Math.min(line.length(), COLUMNS_MAX)));
    out.flush();
  }

  private String bar() {
    if (expected <= 0) {
      return "";
    }
    int filled = (int) Math.min(BAR_CELLS, done * BAR_CELLS / expected);
    long percent = Math.min(100, done * 100 / expected);
    return "["
        + "#".repeat(filled)
        + ".".repeat(BAR_CELLS - filled)
        + String.format(Locale.ROOT, "] %3d %%", percent);
  }

  private String amount() {
    return done == 0 ? "" : new ByteSize(done).toString();
  }

  private String speed() {
    long millis = Duration.between(phaseStart, drawn).toMillis();
    if (done == 0 || millis < 500) {
      return "";
    }
    long perSecond = done * 1000 / millis;
    String rate = ", " + new ByteSize(perSecond) + "/s";
    if (expected <= done || perSecond == 0) {
      return rate;
    }
    long left = (expected - done) / perSecond;
    return rate + String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60);
  }

  private void clearLine() {
    if (style == Style.BAR) {
      out.print("\r\u001b[K");
    }
  }
}
