"""From rollups to series: what an indicator was in each period, and which periods count."""
