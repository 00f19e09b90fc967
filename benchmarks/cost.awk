# Makes the tables of cost.sh. A line: databases, logical bytes, then twice (first backups, second backups): objects, bytes of data packs, metadata packs, index
# objects, WAL, rest.
{
  n++; sources[n] = $1; logical[n] = $2 / 1e9
  for (w = 0; w < 2; w++) for (i = 1; i <= 6; i++) value[n, w, i] = $(2 + 6 * w + i) / (i == 1 ? 1 : 1e6)
}
function line(w, k,   i, text, beside) {
  text = sprintf("| %s | %d | %.2f | %d", w ? "1 % changed" : "first", sources[k], logical[k], value[k, w, 1])
  for (i = 2; i <= 6; i++) text = text sprintf(" | %.2f", value[k, w, i])
  beside = value[k, w, 3] + value[k, w, 4] + value[k, w, 6]
  return text sprintf(" | %.0f | %.0f |", beside / logical[k] * 1048.576, beside / (beside + value[k, w, 2] + value[k, w, 5]) * 1048576)
}
# Solves once + per * databases + gb * gigabytes for the three cases: by Cramer's rule.
function determinant(a, b, c, d, e, f, g, h, i) { return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) }
function solve(w, i,   d) {
  d = determinant(1, sources[1], logical[1], 1, sources[2], logical[2], 1, sources[3], logical[3])
  once[w, i] = determinant(value[1, w, i], sources[1], logical[1], value[2, w, i], sources[2], logical[2], value[3, w, i], sources[3], logical[3]) / d
  each[w, i] = determinant(1, value[1, w, i], logical[1], 1, value[2, w, i], logical[2], 1, value[3, w, i], logical[3]) / d
  gb[w, i] = determinant(1, sources[1], value[1, w, i], 1, sources[2], value[2, w, i], 1, sources[3], value[3, w, i]) / d
}
# Without the sign of a nought.
function zero(x) { return x > -0.00005 && x < 0.00005 ? 0 : x }
# Objects are no matter of proportion in small cases: a backup has some of its own, and one for each 32 MiB of data.
function objects(w) {
  once[w, 1] = 0; each[w, 1] = (value[3, w, 1] - value[3, w, 2] / 33.554432) / sources[3]; gb[w, 1] = gb[w, 2] / 33.554432
}
# Of all repositories together.
function total(w, i) { return once[w, i] * databases / per + each[w, i] * databases + gb[w, i] * terabytes * 1000 }
function row(what, sum, dollars) { printf "| %s | %s | %.0f |\n", what, sum, dollars; all += dollars }
END {
  if (n != 3) { print "cost.sh needs three cases" >"/dev/stderr"; exit 2 }
  print "Measured:"
  print ""
  print "| backups | databases | GB of them | objects | data MB | metadata MB | index MB | WAL MB | rest MB | beside data, MiB for each TiB of databases | for each TiB stored |"
  print "|---|---|---|---|---|---|---|---|---|---|---|"
  for (w = 0; w < 2; w++) for (k = 1; k <= 3; k++) print line(w, k)
  split("objects,data MB,metadata MB,index MB,WAL MB,rest MB", name, ",")
  print ""
  print "Computed from these, so that the bytes of all three cases come out (objects: one for each 32 MiB of data, and what remains of the last case):"
  print ""
  print "| backups | of what | once | for each database | for each GB |"
  print "|---|---|---|---|---|"
  for (w = 0; w < 2; w++) {
    for (i = 2; i <= 6; i++) solve(w, i)
    objects(w)
    for (i = 1; i <= 6; i++) printf "| %s | %s | %.3f | %.3f | %.4f |\n", w ? "1 % changed" : "first", name[i], zero(once[w, i]), zero(each[w, i]), zero(gb[w, i])
  }
  stored = 0; daily = 0
  for (i = 2; i <= 6; i++) { stored += total(0, i); daily += total(1, i) }
  meta = (total(0, 3) + total(0, 4) + total(0, 6)) / 1000
  printf "\nExtrapolated to %s TB in %s databases, %d repositories of %d; a backup of each a day, %d kept, %s GB of WAL a day and database:\n\n", terabytes, databases, databases / per, per, keep, wal
  print "| a month | arithmetic | dollars |"
  print "|---|---|---|"
  row("first backups", sprintf("%.1f TB, of it %.2f TB beside data, × %s a GB", stored / 1e6, meta / 1000, month), stored / 1000 * month)
  row("changes", sprintf("%d × %.2f TB × %s a GB", keep - 1, daily / 1e6, month), (keep - 1) * daily / 1000 * month)
  # WAL compresses about as the data does.
  ratio = gb[0, 2] / 1000; waltb = databases * wal * keep * ratio / 1000
  row("WAL", sprintf("%d × %d × %s GB × %.2f (as the data compresses) × %s a GB", databases, keep, wal, ratio, month), waltb * 1000 * month)
  puts = total(1, 1) * 30
  row("PUT of backups", sprintf("30 × %.0f × %s / 1,000", total(1, 1), put), puts / 1000 * put)
  fewest = databases * wal * 1e9 / 16777216 * 30; most = databases * 21600 * 30
  row("PUT of WAL, at least", sprintf("30 × %d × %.0f (16 MiB each) × %s / 1,000", databases, wal * 1e9 / 16777216, put), fewest / 1000 * put)
  reads = databases * 30 * (gets + more * per * keep + heads)
  row("GET and HEAD of backups", sprintf("30 × %d × (%d + %d × %d stored backups + %d) × %s / 1,000", databases, gets, more, per * keep, heads, get), reads / 1000 * get)
  row("LIST of backups", sprintf("30 × %d × %d × %s / 1,000", databases, lists, put), databases * 30 * lists / 1000 * put)
  repositories = databases / per
  row("prune", sprintf("30 × %d × ((%d + %d) × %s + %d × %s) / 1,000", repositories, pruneputs, prunelists, put, prunegets, get),
    30 * repositories * ((pruneputs + prunelists) * put + prunegets * get) / 1000)
  printf "| **sum** | | **%.0f** |\n", all
  printf "\nIf every database writes a little all the time, WAL is put every four seconds: 30 × %d × 21,600 × %s / 1,000 = %.0f dollars instead of %.0f.\n",
    databases, put, most / 1000 * put, fewest / 1000 * put
  print "\nGET and HEAD of backups by how many databases share a repository:"
  print ""
  print "| databases in a repository | dollars a month |"
  print "|---|---|"
  for (p = 1; p <= 10000; p *= 10) if (p <= databases) printf "| %d | %.0f |\n", p, databases * 30 * (gets + more * p * keep + heads) / 1000 * get
}
