package io.holdfast.server.schedule;

import io.holdfast.server.web.Page;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/schedules`: what comes again and again.
@RestController
@RequestMapping("/api/schedules")
class ScheduleController {
  private final ScheduleStore schedules;

  ScheduleController(ScheduleStore schedules) {
    this.schedules = schedules;
  }

  @GetMapping
  Page<ScheduleView> list(
      @RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "0") int offset) {
    Page.Window window = new Page.Window(limit, offset);
    List<PlannedSchedule> all = schedules.list();
    return Page.of(
        all.stream().skip(offset).limit(limit).map(ScheduleView::of).toList(), all.size(), window);
  }
}
