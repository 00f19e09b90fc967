package io.holdfast.server.operation;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Caller;
import io.holdfast.server.access.Right;
import io.holdfast.server.access.Visitor;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.run.RunFilter;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.web.Page;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/operations`: what runs, what waits and what has ended.
@RestController
@RequestMapping("/api/operations")
class OperationController {
  private static final int LOG_LINES_MAX = 1000;

  private final RunStore runs;
  private final VisibleRuns visible;
  private final Audit audit;

  OperationController(RunStore runs, VisibleRuns visible, Audit audit) {
    this.visible = visible;
    this.runs = runs;
    this.audit = audit;
  }

  @GetMapping
  Page<OperationView> list(
      @RequestParam Optional<String> source,
      @RequestParam Optional<String> kind,
      @RequestParam Optional<String> status,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset) {
    Page.Window window = new Page.Window(limit, offset);
    RunFilter filter = new RunFilter(source, kind, status.map(OperationController::status));
    return Page.of(
        runs.list(filter, limit, offset).stream().map(OperationView::of).toList(),
        runs.count(filter),
        window);
  }

  @GetMapping("/{id}")
  OperationView show(@PathVariable String id, Visitor visitor) {
    return OperationView.of(visible.require(id, visitor));
  }

  @GetMapping("/{id}/log")
  List<RunStore.LogLine> log(@PathVariable String id, Visitor visitor) {
    return runs.logOf(visible.require(id, visitor).id(), LOG_LINES_MAX);
  }

  @PostMapping("/{id}/cancel")
  OperationView cancel(@PathVariable String id, Visitor visitor) {
    switch (visitor) {
      case Caller user -> user.requireOperator();
      case AccountCaller caller -> caller.require(Right.BACKUP);
    }
    UUID run = visible.require(id, visitor).id();
    audit.record(visitor.name(), "operation.cancel", id, Map.of());
    boolean _ = runs.requestCancel(run);
    return OperationView.of(visible.require(id, visitor));
  }

  private static RunStatus status(String word) {
    return Arrays.stream(RunStatus.values())
        .filter(status -> status.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " is no status",
                    "Give one of "
                        + String.join(
                            ", ", Arrays.stream(RunStatus.values()).map(RunStatus::word).toList())
                        + "."));
  }
}
