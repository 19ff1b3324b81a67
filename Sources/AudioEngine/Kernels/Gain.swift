internal import CPCMKernels

/// A factor for samples, in steps of 1/4096, from silence to +18 dB.
public struct Gain: Sendable, Hashable, Comparable {
  /// The factor times 4,096: 0 to 32,767.
  public let units: UInt16

  /// Leaves samples as they are.
  public static let unity = Gain(units: 4_096)
  /// Makes samples zero.
  public static let silence = Gain(units: 0)

  /// Makes a gain from 1/4096ths; larger than 32,767 counts as that.
  public init(units: UInt16) {
    self.units = min(units, 32_767)
  }

  /// Makes a gain from a factor, to the nearest step, limited to 0 to 7.9998; NaN is silence.
  public init(factor: Double) {
    let scaled = factor * 4_096 + 0.5
    self.init(units: scaled >= 32_767 ? 32_767 : scaled > 0 ? UInt16(scaled) : 0)
  }

  /// Orders by factor.
  public static func < (left: Gain, right: Gain) -> Bool { left.units < right.units }

  /// Multiplies samples in place, half rounded up and saturated.
  ///
  /// - Parameters:
  ///   - samples: native samples.
  ///   - kernels: the instruction set to run on.
  /// - Complexity: O(`samples.count`). No allocation, no lock.
  public func apply(to samples: inout MutableSpan<Int16>, using kernels: Kernels = .best) {
    unsafe samples.withUnsafeMutableBufferPointer { buffer in
      unsafe kernels.table.pointee.gain(
        buffer.baseAddress, buffer.baseAddress, buffer.count, units)
    }
  }
}

/// A gain that moves in a straight line from one value to another, over blocks of any size.
///
/// The same samples come out however the stream is cut into blocks. After the last step the gain
/// stays where it arrived.
public struct Fade: Sendable, Hashable {
  /// Where the fade ends.
  public let target: Gain
  /// Samples until the gain has arrived.
  public private(set) var remaining: Int
  /// The gain of the next sample times 2^28, and what each sample adds to it.
  private var position: Int32
  private let step: Int32

  /// Makes a fade whose first sample has the gain `start`.
  ///
  /// - Parameters:
  ///   - start: the gain of the first sample.
  ///   - target: the gain after `sampleCount` samples, exactly.
  ///   - sampleCount: how long it takes; 0 or fewer is a jump.
  public init(from start: Gain, to target: Gain, over sampleCount: Int) {
    self.target = target
    remaining = max(sampleCount, 0)
    position = Int32(start.units) << 16
    let distance = (Int(target.units) - Int(start.units)) << 16
    step = Int32(sampleCount > 0 ? distance / sampleCount : 0)
  }

  /// The gain of the next sample.
  public var current: Gain {
    remaining > 0 ? Gain(units: UInt16(position >> 16)) : target
  }

  /// Multiplies the next samples of the stream in place.
  ///
  /// - Parameters:
  ///   - samples: native samples.
  ///   - kernels: the instruction set to run on.
  /// - Complexity: O(`samples.count`). No allocation, no lock.
  public mutating func apply(
    to samples: inout MutableSpan<Int16>, using kernels: Kernels = .best
  ) {
    let moving = min(remaining, samples.count)
    let (start, step, target) = (position, step, target)
    position = unsafe samples.withUnsafeMutableBufferPointer { buffer in
      let next = unsafe kernels.table.pointee.fade(
        buffer.baseAddress, buffer.baseAddress, moving, start, step)
      if moving < buffer.count, let base = buffer.baseAddress {
        unsafe kernels.table.pointee.gain(
          base + moving, base + moving, buffer.count - moving, target.units)
      }
      return next
    }
    remaining -= moving
  }
}
