/// The candidate that `word` was most likely meant to be, or nil when none is near enough.
///
/// Near is the number of letters to insert, delete, replace or swap with a neighbour: at most two, or a
/// third of the word's length if that is more, and fewer than all of them. Among equally near candidates
/// the one that is nearer regardless of case wins, then the first.
public func nearest(to word: String, in candidates: [String]) -> String? {
  let limit = max(2, word.count / 3)
  let lowercased = word.lowercased()
  var best: (candidate: String, distance: Int, caseless: Int)?
  for candidate in candidates {
    let distance = editDistance(word, candidate)
    guard distance <= limit, distance < max(word.count, candidate.count) else { continue }
    let caseless = editDistance(lowercased, candidate.lowercased())
    if let best, (best.distance, best.caseless) <= (distance, caseless) { continue }
    best = (candidate, distance, caseless)
  }
  return best?.candidate
}

/// The Levenshtein distance that also counts a swap of two neighbouring letters as one edit.
private func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first)
  let second = Array(second)
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for i in first.indices {
    var current = [i + 1]
    for j in second.indices {
      var distance = min(
        previous[j + 1] + 1, current[j] + 1, previous[j] + (first[i] == second[j] ? 0 : 1))
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        distance = min(distance, beforePrevious[j - 1] + 1)
      }
      current.append(distance)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[second.count]
}
