package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.Checksums;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.ReplayWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Many pages that look damaged: how many are remembered, taken back, and honestly left open.
class PageInspectorTest {
  private static final int PAGE_BYTES = 8192;
  private static final int PAGES = 1500;

  private final List<String> warnings = new ArrayList<>();

  @Test
  void moreThanAThousandPagesCanAllBeTakenBack() {
    PageInspector inspector = inspector(PageInspector.REMEMBERED_MAX);
    inspectDamaged(inspector);
    assertThat(inspector.errors()).isEqualTo(PAGES);
    assertThat(inspector.suspects().get("base/5/1234")).hasSize(PAGES);

    assertThat(inspector.withdraw((path, block) -> true)).isEqualTo(PAGES);

    assertThat(inspector.errors()).isZero();
    inspector.warn(warnings::add);
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatIsLeftAfterTakingBackIsNamed() {
    PageInspector inspector = inspector(PageInspector.REMEMBERED_MAX);
    inspectDamaged(inspector);
    inspector.withdraw((path, block) -> block != 1400);
    inspector.warn(warnings::add);
    assertThat(inspector.errors()).isEqualTo(1);
    assertThat(warnings).singleElement().asString().contains("damaged page", "block 1400:");
  }

  @Test
  void pagesThatCouldNotBeRememberedAreLeftOpenAndNotCalledDamaged() {
    PageInspector inspector = inspector(1000);
    inspectDamaged(inspector);
    inspector.withdraw((path, block) -> true);
    inspector.warn(warnings::add);
    assertThat(inspector.errors()).isZero();
    assertThat(inspector.unjudged()).isEqualTo(PAGES - 1000);
    assertThat(warnings).singleElement().asString().contains("500 more pages");
  }

  @Test
  void damageAmongTheRememberedStaysDamageBesidePagesLeftOpen() {
    PageInspector inspector = inspector(1000);
    inspectDamaged(inspector);
    inspector.withdraw((path, block) -> block >= 300);
    inspector.warn(warnings::add);
    assertThat(inspector.errors()).isEqualTo(300);
    assertThat(warnings).hasSize(102).anyMatch(w -> w.startsWith("300 pages are damaged"));
  }

  private static PageInspector inspector(int rememberedMax) {
    PageInspector inspector =
        new PageInspector(
            start ->
                new PageChecker(
                    PAGE_BYTES, Checksums.ON, new ReplayWindow(start, start.plus(1L << 40))),
            rememberedMax);
    inspector.begin(new Lsn(1L << 32));
    return inspector;
  }

  private static void inspectDamaged(PageInspector inspector) {
    byte[] pages = new byte[50 * PAGE_BYTES];
    Arrays.fill(pages, (byte) 0);
    for (int page = 0; page < 50; page++) {
      pages[page * PAGE_BYTES + 5000] = 1;
    }
    for (int block = 0; block < PAGES; block += 50) {
      inspector.inspect("base/5/1234", block, pages, pages.length);
    }
  }
}
