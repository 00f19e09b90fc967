package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What has been found so far. *Confined*.
final class Findings {
  private final List<Finding> list = new ArrayList<>();

  void add(FindingCode code, QualifiedName table, String text, String hint) {
    list.add(new Finding(code, Optional.of(table), text, hint));
  }

  void add(FindingCode code, String text, String hint) {
    list.add(new Finding(code, Optional.empty(), text, hint));
  }

  boolean has(FindingCode code, QualifiedName table) {
    return list.stream()
        .anyMatch(finding -> finding.code() == code && finding.table().equals(Optional.of(table)));
  }

  List<Finding> list() {
    return List.copyOf(list);
  }
}
