package io.holdfast.engine.report;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.rows.TableFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What reports are made of: headings, facts, tables. *Confined.*
final class ReportText {
  private static final double LEFT = PdfDocument.MARGIN;
  private static final double RIGHT = PdfDocument.WIDTH - PdfDocument.MARGIN;
  private static final double VALUES = LEFT + 110;
  private static final double ROWS_END = RIGHT - 75;
  private static final double NAME_WIDTH = ROWS_END - 80 - LEFT;
  private static final double LINE = 14;
  private static final double SIZE = 9.5;
  private static final double SUM_SIZE = 6.5;
  private static final double GRAY = 0.35;
  private static final int LINES_MAX = 40;

  private final PdfDocument pdf;

  ReportText(PdfDocument pdf) {
    this.pdf = pdf;
  }

  void title(String text, String below) {
    pdf.down(20);
    pdf.text(LEFT, PdfFont.BOLD, 18, 0, text);
    for (String line : wrapped(below, PdfFont.REGULAR, 11, RIGHT - LEFT)) {
      pdf.down(17);
      pdf.text(LEFT, PdfFont.REGULAR, 11, GRAY, line);
    }
  }

  void heading(String text) {
    // A heading is never the last line of a page.
    if (!pdf.fits(32 + 3 * LINE)) {
      pdf.page();
    }
    pdf.down(32);
    pdf.text(LEFT, PdfFont.BOLD, 12, 0, text);
    pdf.rule();
    pdf.down(5);
  }

  void fact(String name, String value) {
    boolean first = true;
    for (String line : wrapped(value, PdfFont.REGULAR, SIZE, RIGHT - VALUES)) {
      pdf.down(LINE);
      if (first) {
        pdf.text(LEFT, PdfFont.REGULAR, SIZE, GRAY, name);
      }
      pdf.text(VALUES, PdfFont.REGULAR, SIZE, 0, line);
      first = false;
    }
  }

  void paragraph(String text) {
    for (String line : wrapped(text, PdfFont.REGULAR, SIZE, RIGHT - LEFT)) {
      pdf.down(LINE);
      pdf.text(LEFT, PdfFont.REGULAR, SIZE, 0, line);
    }
  }

  /// Tables with how much is in each, and all together.
  void tables(List<TableFacts> tables) {
    head();
    long rows = 0;
    long bytes = 0;
    for (TableFacts table : tables) {
      row(table);
      rows += table.rows();
      bytes += table.bytes();
    }
    pdf.rule();
    pdf.down(LINE + 4);
    pdf.text(LEFT, PdfFont.BOLD, SIZE, 0, tables.size() + " tables");
    pdf.textEndingAt(ROWS_END, PdfFont.BOLD, SIZE, 0, grouped(rows));
    pdf.textEndingAt(RIGHT, PdfFont.BOLD, SIZE, 0, new ByteSize(bytes).toString());
  }

  private void head() {
    pdf.down(LINE);
    pdf.text(LEFT, PdfFont.REGULAR, SIZE, GRAY, "Table");
    pdf.textEndingAt(ROWS_END, PdfFont.REGULAR, SIZE, GRAY, "Rows");
    pdf.textEndingAt(RIGHT, PdfFont.REGULAR, SIZE, GRAY, "Size");
  }

  private void row(TableFacts table) {
    List<String> name = wrapped(table.name(), PdfFont.REGULAR, SIZE, NAME_WIDTH);
    double height = name.size() * LINE + (table.sum().isEmpty() ? 0 : 9);
    if (!pdf.fits(height)) {
      pdf.page();
      head();
    }
    boolean first = true;
    for (String line : name) {
      pdf.down(LINE);
      pdf.text(LEFT, PdfFont.REGULAR, SIZE, 0, line);
      if (first) {
        pdf.textEndingAt(ROWS_END, PdfFont.REGULAR, SIZE, 0, grouped(table.rows()));
        pdf.textEndingAt(RIGHT, PdfFont.REGULAR, SIZE, 0, new ByteSize(table.bytes()).toString());
      }
      first = false;
    }
    if (!table.sum().isEmpty()) {
      pdf.down(9);
      pdf.text(LEFT, PdfFont.REGULAR, SUM_SIZE, GRAY, "sum " + table.sum());
    }
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// Lines of at most `width`, cut at blanks where there are some.
  static List<String> wrapped(String text, PdfFont font, double size, double width) {
    String rest = PdfFont.shown(text);
    List<String> lines = new ArrayList<>();
    while (lines.size() < LINES_MAX && font.width(rest, size) > width) {
      int end = 1;
      while (end < rest.length() && font.width(rest.substring(0, end + 1), size) <= width) {
        end++;
      }
      int blank = rest.lastIndexOf(' ', end);
      int cut = blank > end / 2 ? blank : end;
      lines.add(rest.substring(0, cut));
      rest = rest.substring(cut).stripLeading();
    }
    lines.add(lines.size() == LINES_MAX ? "..." : rest);
    return lines;
  }
}
