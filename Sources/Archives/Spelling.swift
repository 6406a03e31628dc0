/// Guesses which known word a misspelt one was meant to be.
public enum Spelling {
  /// The element of `known` that takes the fewest changed, added, dropped or swapped letters to reach from
  /// `word`, the first of several; nil when even that one is too far off to be meant.
  ///
  /// "Too far" is more than a third of the letters, but one letter is always allowed.
  public static func nearest(to word: String, in known: [String]) -> String? {
    let letters = Array(word.lowercased())
    let distances = known.map { distance(letters, Array($0.lowercased())) }
    guard let smallest = distances.min(), let index = distances.firstIndex(of: smallest) else { return nil }
    return smallest <= max(1, letters.count / 3) ? known[index] : nil
  }

  /// "; did you mean 'x'?" for the nearest known word, or nothing.
  public static func hint(for word: String, in known: [String]) -> String {
    nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// The optimal string alignment distance: edits between two words, a swap of neighbours counting as one.
  private static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var rows = [Array(0...second.count)]
    for (i, letter) in first.enumerated() {
      var row = [i + 1]
      for (j, other) in second.enumerated() {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == second[j - 1], first[i - 1] == other {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[first.count][second.count]
  }
}
