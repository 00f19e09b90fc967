package io.holdfast.engine.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;

/// Text on pages of A4, from the top to the bottom, as a PDF 1.4 file. Pages are held until the
/// file is written, since each says how many there are. *Confined.*
final class PdfDocument {
  static final double WIDTH = 595;
  static final double HEIGHT = 842;
  static final double MARGIN = 56;

  private static final double BOTTOM = 64;
  private static final double FOOT = 36;
  private static final double FOOT_SIZE = 8;
  private static final int FIRST_PAGE = 6;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final List<StringBuilder> pages = new ArrayList<>();
  private double y;

  /// Goes down; begins a page where `height` does not fit.
  void down(double height) {
    if (!fits(height)) {
      page();
    }
    y -= height;
  }

  /// Begins a page.
  void page() {
    pages.add(new StringBuilder());
    y = HEIGHT - MARGIN;
  }

  /// Whether so much fits on the page.
  boolean fits(double height) {
    return !pages.isEmpty() && y - height >= BOTTOM;
  }

  /// Writes a text at the height that was reached.
  ///
  /// @param gray 0 is black
  void text(double x, PdfFont font, double size, double gray, String text) {
    text(pages.getLast(), x, y, font, size, gray, PdfFont.shown(text));
  }

  /// The same, ending at `right`.
  void textEndingAt(double right, PdfFont font, double size, double gray, String text) {
    String shown = PdfFont.shown(text);
    text(pages.getLast(), right - font.width(shown, size), y, font, size, gray, shown);
  }

  private static void text(
      StringBuilder page,
      double x,
      double y,
      PdfFont font,
      double size,
      double gray,
      String shown) {
    page.append(number(gray))
        .append(" g BT /")
        .append(font.key())
        .append(' ')
        .append(number(size))
        .append(" Tf ")
        .append(number(x))
        .append(' ')
        .append(number(y))
        .append(" Td <")
        .append(PdfFont.hex(shown))
        .append("> Tj ET\n");
  }

  /// Draws a line over the whole width, a little below the height that was reached.
  void rule() {
    pages
        .getLast()
        .append("0.7 G 0.5 w ")
        .append(number(MARGIN) + " " + number(y - 4) + " m ")
        .append(number(WIDTH - MARGIN) + " " + number(y - 4) + " l S\n");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /// Writes the file.
  ///
  /// @param foot stands on each page
  void write(OutputStream out, String title, String foot, String tool, Instant now)
      throws IOException {
    Numbered objects = new Numbered(out);
    StringBuilder kids = new StringBuilder();
    for (int i = 0; i < pages.size(); i++) {
      kids.append(FIRST_PAGE + 2 * i).append(" 0 R ");
    }
    objects.put("<< /Type /Catalog /Pages 2 0 R /Lang (en) >>");
    objects.put("<< /Type /Pages /Count " + pages.size() + " /Kids [ " + kids + "] >>");
    for (PdfFont font : PdfFont.values()) {
      objects.put(
          "<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /"
              + font.fullName()
              + " >>");
    }
    objects.put(
        "<< /Title "
            + utf16(title)
            + " /Producer "
            + utf16(tool)
            + " /CreationDate (D:"
            + DATE.format(now)
            + ") >>");
    for (int i = 0; i < pages.size(); i++) {
      page(objects, i, foot);
    }
    objects.end();
  }

  private void page(Numbered objects, int number, String foot) throws IOException {
    StringBuilder page = pages.get(number);
    String count = "Page " + (number + 1) + " of " + pages.size();
    text(page, MARGIN, FOOT, PdfFont.REGULAR, FOOT_SIZE, 0.4, PdfFont.shown(foot));
    double x = WIDTH - MARGIN - PdfFont.REGULAR.width(count, FOOT_SIZE);
    text(page, x, FOOT, PdfFont.REGULAR, FOOT_SIZE, 0.4, count);
    objects.put(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents "
            + (FIRST_PAGE + 2 * number + 1)
            + " 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(page.toString().getBytes(StandardCharsets.US_ASCII));
    }
    objects.putStream(packed.toByteArray());
  }

  private static String utf16(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
    return "<feff" + HexFormat.of().formatHex(bytes) + ">";
  }

  /// Numbered objects, and where they begin. *Confined.*
  private static final class Numbered {
    private final OutputStream out;
    private final List<Long> places = new ArrayList<>();
    private long written;

    Numbered(OutputStream out) throws IOException {
      this.out = out;
      ascii("%PDF-1.4\n");
      // Says that it is not text.
      bytes(new byte[] {'%', (byte) 0xe2, (byte) 0xe3, (byte) 0xcf, (byte) 0xd3, '\n'});
    }

    void put(String object) throws IOException {
      begin();
      ascii(object + "\nendobj\n");
    }

    void putStream(byte[] packed) throws IOException {
      begin();
      ascii("<< /Filter /FlateDecode /Length " + packed.length + " >>\nstream\n");
      bytes(packed);
      ascii("\nendstream\nendobj\n");
    }

    private void begin() throws IOException {
      places.add(written);
      ascii(places.size() + " 0 obj\n");
    }

    void end() throws IOException {
      long table = written;
      int count = places.size() + 1;
      ascii("xref\n0 " + count + "\n0000000000 65535 f \n");
      for (long place : places) {
        ascii(String.format(Locale.ROOT, "%010d 00000 n \n", place));
      }
      ascii(
          "trailer\n<< /Size "
              + count
              + " /Root 1 0 R /Info 5 0 R >>\nstartxref\n"
              + table
              + "\n%%EOF\n");
      out.flush();
    }

    private void ascii(String text) throws IOException {
      bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void bytes(byte[] bytes) throws IOException {
      out.write(bytes);
      written += bytes.length;
    }
  }
}
