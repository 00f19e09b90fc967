package io.holdfast.server.access;

import io.holdfast.server.audit.Audit;
import io.holdfast.server.audit.AuditEntry;
import io.holdfast.server.audit.Checkpoints;
import io.holdfast.server.web.Page;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/audit`: what people did.
@RestController
@RequestMapping("/api/audit")
class AuditController {
  private final Audit audit;
  private final Checkpoints checkpoints;

  AuditController(Audit audit, Checkpoints checkpoints) {
    this.audit = audit;
    this.checkpoints = checkpoints;
  }

  @GetMapping
  Page<AuditEntry> list(
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset,
      Caller caller) {
    caller.requireAdmin();
    return audit.list(new Page.Window(limit, offset));
  }

  @PostMapping("/verify")
  Audit.Verdict verify(Caller caller) {
    caller.requireAdmin();
    return audit.verify(checkpoints);
  }
}
