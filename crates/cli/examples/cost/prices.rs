//! What AWS asks for, and what is assumed where nothing can be measured here.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Where the system runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    UsEast1,
    SaEast1,
}

impl Region {
    pub(crate) const BOTH: [Self; 2] = [Self::UsEast1, Self::SaEast1];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UsEast1 => "us-east-1",
            Self::SaEast1 => "sa-east-1",
        }
    }
}

/// `infra/cost/prices.json` and `infra/cost/assumptions.json`.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) prices: BTreeMap<String, Price>,
    pub(crate) assumptions: BTreeMap<String, Assumption>,
}

/// One price in both regions.
#[derive(Debug, Deserialize)]
pub(crate) struct Price {
    pub(crate) unit: String,
    #[serde(rename = "us-east-1")]
    pub(crate) us_east_1: Quote,
    #[serde(rename = "sa-east-1")]
    pub(crate) sa_east_1: Quote,
}

/// A price in one region: found, or derived from the other region's.
#[derive(Debug, Deserialize)]
pub(crate) struct Quote {
    usd: Option<f64>,
    factor: Option<f64>,
    pub(crate) sure: String,
    pub(crate) date: String,
}

/// A number that nothing here can measure, and why it is this one.
#[derive(Debug, Deserialize)]
pub(crate) struct Assumption {
    pub(crate) value: f64,
    pub(crate) why: String,
}

impl Price {
    pub(crate) fn quote(&self, region: Region) -> &Quote {
        match region {
            Region::UsEast1 => &self.us_east_1,
            Region::SaEast1 => &self.sa_east_1,
        }
    }

    /// Dollars for a unit.
    pub(crate) fn usd(&self, region: Region) -> f64 {
        let quote = self.quote(region);
        quote.usd.or_else(|| Some(self.us_east_1.usd? * quote.factor?)).unwrap_or(f64::NAN)
    }
}

impl Basis {
    pub(crate) fn read() -> Result<Self> {
        #[derive(Deserialize)]
        struct Prices {
            prices: BTreeMap<String, Price>,
        }
        let prices: Prices =
            serde_json::from_str(include_str!("../../../../infra/cost/prices.json")).context("prices.json")?;
        let assumptions = serde_json::from_str(include_str!("../../../../infra/cost/assumptions.json"))
            .context("assumptions.json")?;
        Ok(Self { prices: prices.prices, assumptions })
    }

    /// Dollars for a unit of what `prices.json` names so.
    pub(crate) fn usd(&self, name: &str, region: Region) -> f64 {
        self.prices.get(name).map_or(f64::NAN, |price| price.usd(region))
    }

    /// What `assumptions.json` says.
    pub(crate) fn assumed(&self, name: &str) -> f64 {
        self.assumptions.get(name).map_or(f64::NAN, |assumption| assumption.value)
    }
}
