package io.holdfast.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.rows.TableFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

/// Another program reads what a report says, on every page.
class PdfDocumentTest {
  private static final String SUM = "0123456789abcdef".repeat(4);

  private static byte[] report(List<TableFacts> tables) throws IOException {
    PdfDocument pdf = new PdfDocument();
    ReportText text = new ReportText(pdf);
    text.title("Report of a backup", "main_dump_2026-11-22T14-03-06Z");
    text.heading("Backup");
    text.fact("source", "main");
    text.fact("size", "1.5 GiB in 12 files");
    text.fact("remark", "a long remark that does not fit on one line ".repeat(8));
    text.heading("Tables");
    text.tables(tables);
    text.heading("Checks");
    text.paragraph("The end.");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pdf.write(
        out,
        "Berichtß 报告",
        "main_dump | holdfast 1",
        "holdfast 1",
        Instant.ofEpochSecond(1_700_000_000));
    return out.toByteArray();
  }

  @Test
  void allOfManyTablesAreThereAndPagesAreCounted() throws IOException {
    List<TableFacts> tables = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      tables.add(
          new TableFacts("shop.table_" + i, i * 1_000L, i * 100_000L, i % 3 == 0 ? SUM : ""));
    }
    try (PDDocument read = Loader.loadPDF(report(tables))) {
      int pages = read.getNumberOfPages();
      assertThat(pages).isBetween(7, 9);
      String text = new PDFTextStripper().getText(read);
      for (int i = 0; i < 300; i++) {
        assertThat(text).containsPattern("shop\\.table_" + i + "\\s");
      }
      assertThat(text).contains("299,000", "300 tables", "44,850,000", "sum " + SUM, "The end.");
      assertThat(text).contains("Page 1 of " + pages, "Page " + pages + " of " + pages);
      assertThat(read.getDocumentInformation().getTitle()).isEqualTo("Berichtß 报告");
      Optional<String> image = Optional.ofNullable(System.getProperty("holdfast.report-image"));
      if (image.isPresent()) {
        ImageIO.write(
            new PDFRenderer(read).renderImage(0, 1.5f), "png", Path.of(image.get()).toFile());
      }
    }
  }

  @Test
  void namesInAnyScriptBreakNothing() throws IOException {
    String hostile = "Aufträge (ß) \\) Tj ET 客户 \uD83D\uDE00 \n\u0007 <script>";
    String endless = "x".repeat(500);
    byte[] bytes =
        report(List.of(new TableFacts(hostile, 1, 1, ""), new TableFacts(endless, 2, 2, SUM)));
    try (PDDocument read = Loader.loadPDF(bytes)) {
      String text = new PDFTextStripper().getText(read).replace("\r", "").replace("\n", "");
      assertThat(text)
          .contains(
              "Aufträge (ß) \\) Tj ET \\u5ba2\\u6237 \\ud83d\\ude00", "\\u000a\\u0007", "<script>")
          .contains("x".repeat(40));
      assertThat(text.chars().filter(c -> c == 'x').count()).isGreaterThanOrEqualTo(500);
      assertThat(text).contains("The end.");
    }
  }
}
